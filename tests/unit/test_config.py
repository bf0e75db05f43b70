"""Settings: which source wins, what is refused and with which words, and where secrets come from."""

import dataclasses
import stat
from pathlib import Path

import pytest

from circletake.addresses import is_loopback
from circletake.config import (
    SETTINGS,
    Config,
    find_secret,
    get_secret,
    keep_secret,
    read_config,
)
from circletake.errors import ConfigInvalid


def write(folder: Path, text: str) -> Path:
    (folder / "studio.toml").write_text(text, "utf-8")
    return folder


def test_without_any_source_the_defaults_hold() -> None:
    config = read_config(None, environ={})
    assert (config.host, config.port, config.lease_ttl_s, config.session_days) == ("127.0.0.1", 8470, 30, 14)
    assert config.workers >= 1
    assert config.public_url is None
    assert set(config.origins().values()) == {"default"}
    assert tuple(config.origins()) == SETTINGS


def test_a_folder_without_a_settings_file_has_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path, environ={}) == read_config(None, environ={})


def test_each_source_wins_over_the_one_before_it(tmp_path: Path) -> None:
    write(tmp_path, 'host = "0.0.0.0"\nport = 1000\nworkers = 3\nlease_ttl_s = 9\n')
    config = read_config(
        tmp_path,
        environ={"CIRCLETAKE_PORT": "2000", "CIRCLETAKE_WORKERS": "4"},
        flags={"workers": 5, "host": None},
    )
    assert (config.host, config.port, config.workers, config.lease_ttl_s) == ("0.0.0.0", 2000, 5, 9)  # noqa: S104 (a value to read)
    origins = config.origins()
    assert origins["host"] == "studio.toml"
    assert origins["port"] == "CIRCLETAKE_PORT"
    assert origins["workers"] == "--workers"
    assert origins["log_level"] == "default"


def test_settings_are_frozen() -> None:
    config = Config()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.port = 1  # type: ignore[misc]  # that it cannot be is the test


@pytest.mark.parametrize(
    ("text", "near"),
    [("prot = 1", "port"), ("worker = 2", "workers"), ("lease_ttl = 5", "lease_ttl_s")],
)
def test_an_unknown_key_is_refused_with_the_nearest_setting(tmp_path: Path, text: str, near: str) -> None:
    with pytest.raises(ConfigInvalid, match=f"did you mean {near}") as refusal:
        read_config(write(tmp_path, text), environ={})
    assert refusal.value.detail["setting"] == text.split(" ", maxsplit=1)[0]


def test_an_unknown_key_like_nothing_gets_the_list(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="the settings are host, port"):
        read_config(write(tmp_path, "zzzzzz = 1"), environ={})


def test_a_slip_in_a_variable_is_refused_and_another_programs_variable_is_not() -> None:
    with pytest.raises(ConfigInvalid, match=r"CIRCLETAKE_WORKER .*did you mean workers"):
        read_config(None, environ={"CIRCLETAKE_WORKER": "2"})
    assert read_config(None, environ={"CIRCLETAKE_SKIP_DESK": "1", "PORT": "1"}).port == 8470


def test_an_unknown_flag_is_refused() -> None:
    with pytest.raises(ConfigInvalid, match=r"command line names hots.*did you mean host"):
        read_config(None, environ={}, flags={"hots": "x"})


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("port = 70000", "0 to 65535"),
        ("port = -1", "0 to 65535"),
        ("port = true", "whole number"),
        ("port = 1.5", "whole number"),
        ('port = "²"', "whole number"),
        ("workers = 0", "1 or more"),
        ("lease_ttl_s = 2", "3 or more"),
        ("session_days = 0", "1 or more"),
        ('log_level = "loud"', "debug, info"),
        ('host = ""', "an address"),
        ('host = "a b"', "an address"),
        ("host = 7", "text"),
        ('public_url = "takes.example"', "https://takes.example"),
        ('public_url = "https://takes.example/desk"', "https://takes.example"),
        ('public_url = "https://takes.example:x"', "https://takes.example"),
        ('public_url = "ftp://takes.example"', "https://takes.example"),
    ],
)
def test_a_value_that_cannot_be_says_what_it_has_to_be(tmp_path: Path, line: str, word: str) -> None:
    with pytest.raises(ConfigInvalid, match=word) as refusal:
        read_config(write(tmp_path, line), environ={})
    assert "studio.toml" in refusal.value.message


def test_a_broken_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"studio\.toml cannot be read"):
        read_config(write(tmp_path, "port = ="), environ={})


def test_a_public_address_loses_its_last_slash_and_decides_https() -> None:
    config = read_config(None, environ={"CIRCLETAKE_PUBLIC_URL": "https://takes.example/"})
    assert config.public_url == "https://takes.example"
    assert config.is_https
    assert not read_config(None, environ={"CIRCLETAKE_PUBLIC_URL": ""}).is_https


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("example.org", False)],
)
def test_loopback_is_told_from_what_others_reach(host: str, expected: object) -> None:
    assert is_loopback(host) is expected


def test_a_secret_is_generated_once_on_loopback_for_its_owner_only(tmp_path: Path) -> None:
    first = get_secret("checkpoint_key", folder=tmp_path, config=Config(), environ={})
    assert get_secret("checkpoint_key", folder=tmp_path, config=Config(), environ={}) == first
    assert len(first) >= 43
    assert stat.S_IMODE((tmp_path / "secrets" / "checkpoint_key").stat().st_mode) == 0o600


def test_a_secret_comes_from_the_variable_then_from_the_named_file(tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.write_text("from the file\n", "utf-8")
    environ = {"CIRCLETAKE_SECRET_KEY": "from the variable", "CIRCLETAKE_SECRET_KEY_FILE": str(held)}
    assert get_secret("key", folder=tmp_path, config=Config(), environ=environ) == "from the variable"
    del environ["CIRCLETAKE_SECRET_KEY"]
    assert get_secret("key", folder=tmp_path, config=Config(), environ=environ) == "from the file"
    config = read_config(write(tmp_path, '[secrets]\nkey_file = "held"\n'), environ={})
    assert get_secret("key", folder=tmp_path, config=config, environ={}) == "from the file"


def test_a_secret_itself_is_refused_in_the_settings_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="key_file"):
        read_config(write(tmp_path, '[secrets]\nkey = "abc"\n'), environ={})


def test_a_server_that_others_reach_does_not_make_up_its_secret(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="CIRCLETAKE_SECRET_KEY_FILE"):
        get_secret("key", folder=tmp_path, config=Config(host="10.0.0.1"), environ={})
    assert not (tmp_path / "secrets").exists()


def test_a_secret_file_that_is_absent_or_empty_is_refused(tmp_path: Path) -> None:
    for content in (None, ""):
        named = tmp_path / "named"
        if content is not None:
            named.write_text(content, "utf-8")
        with pytest.raises(ConfigInvalid, match="named"):
            get_secret(
                "key",
                folder=tmp_path,
                config=Config(),
                environ={"CIRCLETAKE_SECRET_KEY_FILE": str(named)},
            )


@pytest.mark.parametrize(
    ("given", "shown", "password"),
    [
        ("postgresql://ana@host/book", "postgresql://ana@host/book", None),
        ("postgresql://ana:a%40b@host:5433/book", "postgresql://ana@host:5433/book", "a@b"),
        (
            "postgres://ana@h/book?password=xyz&sslmode=require",
            "postgres://ana@h/book?sslmode=require",
            "xyz",
        ),
        ("postgresql://ana:xyz@/book?host=/run/pg", "postgresql://ana@/book?host=/run/pg", "xyz"),
    ],
)
def test_a_databases_password_is_taken_out_of_its_address_and_never_shown(
    given: str, shown: str, password: str | None, tmp_path: Path
) -> None:
    config = read_config(None, environ={"CIRCLETAKE_DATABASE": given})
    assert config.database == shown
    assert find_secret("database_password", folder=tmp_path, config=config, environ={}) == password
    assert password is None or password not in repr(config)


def test_a_flag_takes_the_password_of_another_address_along(tmp_path: Path) -> None:
    environ = {"CIRCLETAKE_DATABASE": "postgresql://ana:old@host/book"}
    config = read_config(None, environ=environ, flags={"database": "postgresql://bo@other/book"})
    assert find_secret("database_password", folder=tmp_path, config=config, environ={}) is None


def test_a_password_in_the_settings_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="CIRCLETAKE_SECRET_DATABASE_PASSWORD") as refused:
        read_config(write(tmp_path, 'database = "postgresql://ana:a-secret@host/book"'), environ={})
    assert "a-secret" not in refused.value.message


@pytest.mark.parametrize(
    "address", ["book.sqlite", "mysql://ana:a-secret@host/book", "postgresql://host", "http://["]
)
def test_an_address_that_is_no_server_is_refused_and_no_password_repeated(address: str) -> None:
    with pytest.raises(ConfigInvalid, match="postgresql://USER@HOST/NAME") as refused:
        read_config(None, environ={"CIRCLETAKE_DATABASE": address})
    assert "a-secret" not in refused.value.message


def test_no_database_is_the_default_and_an_empty_one_too() -> None:
    assert read_config(None, environ={}).database is None
    assert read_config(None, environ={"CIRCLETAKE_DATABASE": ""}).database is None


def test_a_secret_nobody_set_is_not_made_up_when_it_is_only_looked_for(tmp_path: Path) -> None:
    assert find_secret("database_password", folder=tmp_path, config=Config(), environ={}) is None
    keep_secret("database_password", "xyz", folder=tmp_path)
    assert find_secret("database_password", folder=tmp_path, config=Config(), environ={}) == "xyz"
    assert stat.S_IMODE((tmp_path / "secrets" / "database_password").stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        keep_secret("database_password", "other", folder=tmp_path)
