"""What a worker makes of a content, and what it leaves alone because it is there."""

from pathlib import Path
from typing import Any

from tests.conftest import FilmMaker

from circletake.media.recipes import (
    ALPHA,
    FRAMES,
    NOTHING,
    PEAKS,
    POSTER,
    PROVENANCE,
    PROXY,
    SIGNATURE,
    TIMECODE,
)
from circletake.media.store import ContentStore
from circletake.workflows.calls.analyse import derive, run


class Silent:
    def progress(self, done: int, total: int) -> None:
        """Nobody watches."""

    def cancelled(self) -> bool:
        return False


def ordered(store: ContentStore, film: Path, **more: object) -> dict[str, Any]:
    return {
        "store": str(store.root),
        "content": store.put_file(film),
        "checks": ["technical"],
        "settings": {},
        "sheets": [],
        **more,
    }


def test_one_pass_makes_all_that_is_played_and_measured(store: ContentStore, film: FilmMaker) -> None:
    made: Any = run(ordered(store, film(12)), Silent())
    assert set(made["derived"]) == {*(ALPHA, FRAMES, PEAKS, POSTER, PROVENANCE, PROXY, SIGNATURE, TIMECODE)}
    assert {made["derived"][recipe] for recipe in (ALPHA, PEAKS, TIMECODE)} == {NOTHING}
    assert all(store.has(content) for content in made["derived"].values())
    assert [one["check"] for one in made["evidence"]] == ["technical"]
    assert made["essence"]


def test_what_was_made_before_is_not_made_again_and_what_is_gone_is(
    store: ContentStore, film: FilmMaker
) -> None:
    path = film(12)
    first: Any = run(ordered(store, path), Silent())
    again: Any = run(ordered(store, path, made=first["derived"]), Silent())
    assert again["derived"] == {}
    assert (again["evidence"], again["essence"]) == (first["evidence"], first["essence"])
    store.path(first["derived"][PROXY]).unlink()
    mended: Any = run(ordered(store, path, made=first["derived"]), Silent())
    assert mended["derived"] == {PROXY: first["derived"][PROXY]}
    assert store.has(first["derived"][PROXY])


def test_where_something_was_lost_all_of_it_is_made(store: ContentStore, film: FilmMaker) -> None:
    path = film(12)
    first: Any = run(ordered(store, path), Silent())
    again: Any = derive(ordered(store, path, made=first["derived"]), Silent())
    assert again["derived"] == first["derived"]
    assert again["evidence"] == []
