"""Runs this history on the connection it is handed, inside that connection's transaction."""

from alembic import context

from circletake.db.tables import book_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=book_metadata,
    version_table="book_version",
)
with context.begin_transaction():
    context.run_migrations()
