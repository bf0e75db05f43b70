"""Walks a database up its migrations; apart, because Alembic takes long to import and is seldom needed."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from circletake.errors import ConfigInvalid

_MIGRATIONS = Path(__file__).parent / "migrations"


def scripts_of(history: str) -> ScriptDirectory:
    """The migrations of the book or of the jobs."""
    return ScriptDirectory.from_config(_config(history))


def upgrade(conn: Connection, history: str, *, now: str | None) -> None:
    """Bring a database to the newest schema, inside the connection's transaction.

    Args:
        history: `book` or `jobs`.
        now: the schema it has; None for an empty one, which walks all the way.

    Raises:
        ConfigInvalid: a newer circletake wrote it.
    """
    known = {script.revision for script in scripts_of(history).walk_revisions()}
    if now is not None and now not in known:
        raise ConfigInvalid(
            f"The {history} database was written by a newer circletake (schema {now}); update circletake."
        )
    config = _config(history)
    config.attributes["connection"] = conn
    command.upgrade(config, "head")


def _config(history: str) -> Config:
    config = Config()
    # a percent sign in a path would be read as interpolation
    config.set_main_option("script_location", str(_MIGRATIONS / history).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
