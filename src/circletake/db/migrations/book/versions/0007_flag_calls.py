"""Calls on flags are a person's: the guards are put there anew; no table changes."""

revision = "0007_flag_calls"
down_revision = "0006_boxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing here: whoever upgrades puts the guards of this version there afterwards."""


def downgrade() -> None:
    """Never: a database is restored from a backup, not walked back."""
    raise NotImplementedError
