"""Watched folders: what was dropped, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0018_provenance"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; no folder was watched before."""
    op.create_table(
        "dropped",
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("shot", sa.Text(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("place", "name", name=op.f("pk_dropped")),
    )
    op.create_index("ix_dropped_content", "dropped", ["place", "content"], unique=False)


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
