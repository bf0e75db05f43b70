"""Boards: their versions, and what edited timelines would change of them."""

import sqlalchemy as sa
from alembic import op

revision = "0017_boards"
down_revision = "0016_attempts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; whoever upgrades puts the guards of this version there afterwards."""
    op.create_table(
        "board_version",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("script", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_board_version_production_production")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_board_version")),
        sa.UniqueConstraint("production", "number", name=op.f("uq_board_version_production_number")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("conform", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("board", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=True),
        sa.Column("person", sa.String(length=64), nullable=True),
        sa.Column("reason_commitment", sa.String(length=64), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_proposal_production_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_production", "proposal", ["production", "conform"], unique=False)


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
