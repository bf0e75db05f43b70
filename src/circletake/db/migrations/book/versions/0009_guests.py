"""Links that show exact contents to guests, who came by them, and what opens them."""

import sqlalchemy as sa
from alembic import op

revision = "0009_guests"
down_revision = "0008_annotations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; whoever upgrades puts the guards of this version there afterwards."""
    op.create_table(
        "guest_link",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("label_commitment", sa.String(length=64), nullable=False),
        sa.Column("rights", sa.String(length=64), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.Column("passphrase", sa.Boolean(), nullable=False),
        sa.Column("watermark", sa.Boolean(), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended", sa.Integer(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_guest_link_production_production")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_guest_link_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_link")),
    )
    op.create_index("ix_guest_link_production", "guest_link", ["production"], unique=False)
    op.create_table(
        "guest_content",
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["link"], ["guest_link.id"], name=op.f("fk_guest_content_link_guest_link")),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_guest_content_task_task")),
        sa.PrimaryKeyConstraint("link", "task", "content", name=op.f("pk_guest_content")),
    )
    op.create_table(
        "guest",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_guest_person_person")),
        sa.ForeignKeyConstraint(["link"], ["guest_link.id"], name=op.f("fk_guest_link_guest_link")),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_guest")),
    )
    op.create_index("ix_guest_link", "guest", ["link"], unique=False)
    op.create_table(
        "guest_secret",
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("passphrase_hash", sa.String(length=200), nullable=True),
        sa.Column("used_at", sa.String(length=32), nullable=True),
        sa.Column("lapsed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("link", name=op.f("pk_guest_secret")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_guest_secret_token_hash")),
    )
    op.create_table(
        "guest_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_guest_session")),
    )


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
