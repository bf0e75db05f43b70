"""Dailies: playlists, what stands in them, and what was watched when one was started."""

import sqlalchemy as sa
from alembic import op

revision = "0011_dailies"
down_revision = "0010_board"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; whoever upgrades puts the guards of this version there afterwards."""
    op.create_table(
        "playlist",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("production", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("label_commitment", sa.String(length=64), nullable=False),
        sa.Column("text_commitment", sa.String(length=64), nullable=True),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_playlist_production_production")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_playlist_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist")),
    )
    op.create_index("ix_playlist_production", "playlist", ["production"], unique=False)
    op.create_table(
        "playlist_entry",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("playlist", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["playlist"], ["playlist.id"], name=op.f("fk_playlist_entry_playlist_playlist")
        ),
        sa.ForeignKeyConstraint(["task"], ["task.id"], name=op.f("fk_playlist_entry_task_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_entry")),
    )
    op.create_index("ix_playlist_entry_playlist", "playlist_entry", ["playlist", "rank"], unique=False)
    op.create_table(
        "playlist_op",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("playlist", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["playlist"], ["playlist.id"], name=op.f("fk_playlist_op_playlist_playlist")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playlist_op")),
    )
    op.create_index("ix_playlist_op_playlist", "playlist_op", ["playlist"], unique=False)
    op.create_table(
        "screening",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("playlist", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["playlist"], ["playlist.id"], name=op.f("fk_screening_playlist_playlist")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index("ix_screening_playlist", "screening", ["playlist"], unique=False)


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
