"""The first tables: the book, what it projects, what stands beside it, and what guards it."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Asserted at every start: SQLite's batch ALTER drops triggers without a word.
TRIGGERS = {
    "entry_is_never_updated": """
        CREATE TRIGGER entry_is_never_updated BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END
    """,
    "entry_is_never_deleted": """
        CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END
    """,
    # INSERT OR REPLACE deletes without firing delete triggers; it cannot get past this one.
    "entry_comes_next": """
        CREATE TRIGGER entry_comes_next BEFORE INSERT ON entry
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
        BEGIN SELECT RAISE(ABORT, 'the next entry has the next number'); END
    """,
    "entry_of_a_person_is_a_persons": """
        CREATE TRIGGER entry_of_a_person_is_a_persons BEFORE INSERT ON entry
        WHEN NEW.kind IN ('verdict', 'withdraw', 'slot', 'hold', 'omit')
            AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.actor)
        BEGIN SELECT RAISE(ABORT, 'only a person may do this'); END
    """,
    "person_is_no_machine": """
        CREATE TRIGGER person_is_no_machine BEFORE INSERT ON person
        WHEN NEW.id NOT GLOB 'p_*'
        BEGIN SELECT RAISE(ABORT, 'a person is p_…'); END
    """,
    "person_stays_itself": """
        CREATE TRIGGER person_stays_itself BEFORE UPDATE OF id ON person
        BEGIN SELECT RAISE(ABORT, 'a person stays who they are'); END
    """,
    "machine_is_no_person": """
        CREATE TRIGGER machine_is_no_person BEFORE INSERT ON machine
        WHEN NEW.id NOT GLOB 'm_*'
        BEGIN SELECT RAISE(ABORT, 'a machine is m_…'); END
    """,
    "machine_stays_itself": """
        CREATE TRIGGER machine_stays_itself BEFORE UPDATE OF id ON machine
        BEGIN SELECT RAISE(ABORT, 'a machine stays what it is'); END
    """,
    "verdict_stands_in_the_book": """
        CREATE TRIGGER verdict_stands_in_the_book BEFORE INSERT ON verdict
        WHEN NOT EXISTS (
            SELECT 1 FROM entry WHERE seq = NEW.seq AND kind = 'verdict' AND actor = NEW.person
        )
        BEGIN SELECT RAISE(ABORT, 'a verdict is an entry of the person who gave it'); END
    """,
    "verdict_stays_what_it_was": """
        CREATE TRIGGER verdict_stays_what_it_was
        BEFORE UPDATE OF seq, production, at, person, task, content, gate, value, body ON verdict
        BEGIN SELECT RAISE(ABORT, 'a verdict is never altered'); END
    """,
}


def upgrade() -> None:
    """Make every table and trigger."""
    op.create_table(
        "account",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "entry",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_kind", "entry", ["kind"], unique=False)
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_head")),
    )
    op.create_table(
        "machine",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine")),
    )
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("prio", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_outbox")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name_commitment", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "policy",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_policy")),
    )
    op.create_table(
        "private_text",
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("commitment", name=op.f("pk_private_text")),
    )
    op.create_table(
        "recorded",
        sa.Column("job_key", sa.String(length=64), nullable=False),
        sa.Column("op", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("job_key", name=op.f("pk_recorded")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_table(
        "studio_fact",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_studio_fact")),
    )
    op.create_table(
        "production",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("rate_num", sa.Integer(), nullable=False),
        sa.Column("rate_den", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["policy"], ["policy.hash"], name=op.f("fk_production_policy_policy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production")),
        sa.UniqueConstraint("code", name=op.f("uq_production_code")),
    )
    op.create_table(
        "adopted",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=100), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_adopted_production_production")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_adopted")),
    )
    op.create_index("ix_adopted_production", "adopted", ["production"], unique=False)
    op.create_table(
        "cut",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["production"], ["production.id"], name=op.f("fk_cut_production_production")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_cut")),
        sa.UniqueConstraint("production", "number", name=op.f("uq_cut_production_number")),
    )
    op.create_table(
        "entity",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("source_class", sa.String(length=16), nullable=True),
        sa.Column("omitted", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_entity_production_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("production", "code", name=op.f("uq_entity_production_code")),
    )
    op.create_table(
        "evidence",
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("check", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("job_key", sa.String(length=64), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("worst_frame", sa.Integer(), nullable=True),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_evidence_production_production")
        ),
        sa.PrimaryKeyConstraint("production", "id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_content", "evidence", ["content"], unique=False)
    op.create_table(
        "role",
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_role_person_person")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_role_production_production")
        ),
        sa.PrimaryKeyConstraint("production", "person", "role", name=op.f("pk_role")),
    )
    op.create_table(
        "sealed",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("cut", sa.String(length=64), nullable=False),
        sa.Column("master", sa.String(length=64), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("contents", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_sealed_production_production")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_sealed")),
    )
    op.create_table(
        "slot",
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=100), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_slot_production_production")
        ),
        sa.PrimaryKeyConstraint("production", "slot", name=op.f("pk_slot")),
    )
    op.create_table(
        "delivered",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=False),
        sa.Column("master", sa.String(length=64), nullable=False),
        sa.Column("record", sa.String(length=64), nullable=False),
        sa.Column("folder_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_delivered_production_production")
        ),
        sa.ForeignKeyConstraint(["sealed"], ["sealed.seq"], name=op.f("fk_delivered_sealed_sealed")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_delivered")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("entity", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("hold_reason", sa.String(length=64), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entity"], ["entity.id"], name=op.f("fk_task_entity_entity")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_task_production_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("entity", "stage", name=op.f("uq_task_entity_stage")),
    )
    op.create_table(
        "bound",
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("ever_satisfied", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_bound_task_task")),
        sa.PrimaryKeyConstraint("task", "content", "gate", name=op.f("pk_bound")),
    )
    op.create_table(
        "take",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("makers", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("n_frames", sa.Integer(), nullable=False),
        sa.Column("rate_num", sa.Integer(), nullable=True),
        sa.Column("rate_den", sa.Integer(), nullable=True),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("change", sa.String(length=16), nullable=False),
        sa.Column("leans", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_take_production_production")
        ),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_take_task_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_take")),
        sa.UniqueConstraint("task", "content", name=op.f("uq_take_task_content")),
        sa.UniqueConstraint("task", "number", name=op.f("uq_take_task_number")),
    )
    op.create_index("ix_take_content", "take", ["content"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("gate", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note_commitment", sa.String(length=64), nullable=True),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_verdict_person_person")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_verdict_production_production")
        ),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_verdict_task_task")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_verdict")),
        sa.UniqueConstraint("key", name=op.f("uq_verdict_key")),
    )
    op.create_index("ix_verdict_content", "verdict", ["content"], unique=False)
    op.create_index("ix_verdict_task", "verdict", ["task", "live"], unique=False)
    op.create_table(
        "recalled",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_recalled_production_production")
        ),
        sa.ForeignKeyConstraint(["sealed"], ["sealed.seq"], name=op.f("fk_recalled_sealed_sealed")),
        sa.ForeignKeyConstraint(["verdict"], ["verdict.seq"], name=op.f("fk_recalled_verdict_verdict")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_recalled")),
    )
    if op.get_bind().dialect.name == "sqlite":  # elsewhere the end of every upgrade puts the guards there
        for sql in TRIGGERS.values():
            op.execute(sql)


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
