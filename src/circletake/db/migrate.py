"""Brings a database to the newest schema; two histories, one for each file, from the first table on."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from circletake.db.connect import reading, writing
from circletake.errors import BookBroken, ConfigInvalid

_FOLDER = Path(__file__).parent / "migrations"


def migrate_book(engine: Engine) -> None:
    """Bring the book's file to the newest schema, in one transaction.

    Raises:
        ConfigInvalid: the file was written by a newer circletake.
    """
    _upgrade(engine, "book")


def migrate_jobs(engine: Engine) -> None:
    """Bring the jobs' file to the newest schema, in one transaction.

    Raises:
        ConfigInvalid: the file was written by a newer circletake.
    """
    _upgrade(engine, "jobs")


def assert_triggers(engine: Engine) -> None:
    """Make sure that what keeps the book append-only is in the database.

    Raises:
        BookBroken: names the triggers that are missing or were changed.
    """
    expected = _triggers()
    with reading(engine) as conn:
        rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        found = {row.name: _flat(row.sql) for row in rows}
    broken = [name for name, sql in expected.items() if found.get(name) != _flat(sql)]
    if broken:
        raise BookBroken(
            f"The book is not protected: {', '.join(broken)} is missing or was changed; "
            f"restore the database from a backup.",
            triggers=broken,
        )


def _triggers() -> dict[str, str]:
    """Name → SQL of every trigger, as the newest migration that speaks of them left it."""
    merged: dict[str, str] = {}
    for revision in reversed(list(ScriptDirectory.from_config(_config("book")).walk_revisions())):
        merged.update(getattr(revision.module, "TRIGGERS", {}))
    return merged


def _flat(sql: str) -> str:
    return " ".join(sql.split()).rstrip(";")


def _config(history: str) -> Config:
    config = Config()
    # a percent sign in a path would be read as interpolation
    config.set_main_option("script_location", str(_FOLDER / history).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(conn: Connection, history: str) -> str | None:
    context = MigrationContext.configure(conn, opts={"version_table": f"{history}_version"})
    return context.get_current_revision()


def _upgrade(engine: Engine, history: str) -> None:
    config = _config(history)
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    with reading(engine) as conn:
        if _revision(conn, history) == newest:
            return
    with writing(engine) as conn:
        now = _revision(conn, history)  # again: another process may have been first
        if now is not None and now not in {script.revision for script in scripts.walk_revisions()}:
            raise ConfigInvalid(
                f"The {history} database was written by a newer circletake (schema {now}); update circletake."
            )
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
