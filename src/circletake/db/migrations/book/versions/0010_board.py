"""What people keep for themselves: views of boards, and how far they have seen what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0010_board"
down_revision = "0009_guests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; whoever upgrades puts the guards of this version there afterwards."""
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "person", "production", "name", name=op.f("uq_saved_view_person_production_name")
        ),
    )
    op.create_table(
        "seen",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_seen")),
    )


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
