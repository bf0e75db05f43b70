"""Tables of lineage: what leans on what, what decodes to the same, what was carried."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003_lineage"
down_revision = "0002_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and fill them from what the book's projections hold already."""
    lean = op.create_table(
        "lean",
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=100), nullable=False),
        sa.Column("upstream", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_lean_task_task")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_lean_production_production")
        ),
        sa.PrimaryKeyConstraint("task", "content", "slot", "upstream", name=op.f("pk_lean")),
    )
    op.create_index("ix_lean_slot", "lean", ["production", "slot"], unique=False)
    measured = op.create_table(
        "measured",
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_measured_production_production")
        ),
        sa.PrimaryKeyConstraint("production", "reference", "content", name=op.f("pk_measured")),
    )
    op.create_table(
        "essence",
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("essence", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_essence_production_production")
        ),
        sa.PrimaryKeyConstraint("production", "content", name=op.f("pk_essence")),
    )
    op.create_index("ix_essence_essence", "essence", ["essence"], unique=False)
    op.create_table(
        "carry",
        sa.Column("verdict", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["verdict"], ["verdict.seq"], name=op.f("fk_carry_verdict_verdict")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_carry_production_production")
        ),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_carry_task_task")),
        sa.PrimaryKeyConstraint("verdict", "content", name=op.f("pk_carry")),
    )
    op.create_index("ix_carry_task", "carry", ["task"], unique=False)
    _fill(op.get_bind(), lean, measured)


def _fill(conn: sa.Connection, lean: sa.Table, measured: sa.Table) -> None:
    leans = {
        (row.task, row.content, slot, upstream, row.production)
        for row in conn.execute(sa.text("SELECT production, task, content, leans FROM take"))
        for slot, upstream in json.loads(row.leans).items()
    }
    leans |= {
        (row.task, row.content, slot, upstream, row.production)
        for row in conn.execute(sa.text("SELECT production, task, content, body FROM verdict"))
        for slot, upstream in json.loads(row.body)["upstream"]
    }
    against = {
        (row.production, reference, row.content)
        for row in conn.execute(sa.text('SELECT production, content, "references" FROM evidence'))
        for reference in json.loads(row.references)
    }
    for table, found in ((lean, leans), (measured, against)):
        names = [column.name for column in table.columns]
        if found:
            conn.execute(table.insert(), [dict(zip(names, one, strict=True)) for one in sorted(found)])


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
