"""Where people say that a character is, frame by frame."""

import sqlalchemy as sa
from alembic import op

revision = "0006_boxes"
down_revision = "0005_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "boxed",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("character", sa.String(length=64), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("where", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_boxed_production_production")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_boxed_person_person")),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_boxed_task_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boxed")),
    )
    op.create_index("ix_boxed_content", "boxed", ["production", "content"], unique=False)


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
