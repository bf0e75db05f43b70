"""Seals: which signed file left, and the credentials that lie beside one."""

import sqlalchemy as sa
from alembic import op

revision = "0015_seals"
down_revision = "0011_dailies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was delivered before was not signed."""
    op.add_column("delivered", sa.Column("deliverable", sa.String(length=64), nullable=True))
    op.add_column("delivered", sa.Column("manifest", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
