"""Overrides, notes, consents and permits; who had which part in a take."""

import sqlalchemy as sa
from alembic import op

revision = "0002_policy"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; entries and rows that there are stay as they are."""
    op.add_column("take", sa.Column("made_by", sa.Text(), server_default="[]", nullable=False))
    op.create_table(
        "overridden",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note_commitment", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_overridden_person_person")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_overridden_production_production")
        ),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_overridden_task_task")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_overridden")),
        sa.UniqueConstraint("key", name=op.f("uq_overridden_key")),
    )
    op.create_index("ix_overridden_task", "overridden", ["task"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("text_commitment", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.String(length=64), nullable=True),
        sa.Column("disposition", sa.String(length=16), nullable=True),
        sa.Column("resolved_by", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_note_person_person")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_note_production_production")
        ),
        sa.ForeignKeyConstraint(["reply_to"], ["note.id"], name=op.f("fk_note_reply_to_note")),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_note_task_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_task", "note", ["task"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("subject_commitment", sa.String(length=64), nullable=False),
        sa.Column("uses", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("document", sa.String(length=64), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("lapsed", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entity"], ["entity.id"], name=op.f("fk_consent_entity_entity")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_consent_production_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_production", "consent", ["production"], unique=False)


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
