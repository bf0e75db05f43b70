"""What people draw on pictures, and what was done to each drawing."""

import sqlalchemy as sa
from alembic import op

revision = "0008_annotations"
down_revision = "0007_flag_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; whoever upgrades puts the guards of this version there afterwards."""
    op.create_table(
        "drawn",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(length=16), nullable=False),
        sa.Column("points", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("text_commitment", sa.String(length=64), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_drawn_production_production")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_drawn_person_person")),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_drawn_task_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn")),
    )
    op.create_index("ix_drawn_content", "drawn", ["task", "content"], unique=False)
    op.create_table(
        "drawn_op",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("drawing", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["drawing"], ["drawn.id"], name=op.f("fk_drawn_op_drawing_drawn")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_op")),
    )


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
