"""Runs this history on the connection it is handed, inside that connection's transaction."""

from alembic import context

from circletake.db.tables import jobs_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=jobs_metadata,
    version_table="jobs_version",
)
with context.begin_transaction():
    context.run_migrations()
