"""What there is to know of a picture is kept with what was made of it; nothing, where there is nothing."""

import json
from pathlib import Path

from tests.conftest import Coder, Drawing, FilmMaker

from circletake.media.badges import BadgesWriter
from circletake.media.listen import listen
from circletake.media.manifest import SheetPicture, sheet_manifest
from circletake.media.sheet import open_sheet, png_of
from circletake.media.source import open_file
from circletake.media.store import ContentStore


def told(store: ContentStore, path: Path) -> list[str]:
    writer = BadgesWriter(store)
    listen(open_file(path), [writer])
    return [one["code"] for one in json.loads(store.read(writer.content))] if writer.content else []


def test_a_plain_film_has_none(store: ContentStore, film: FilmMaker) -> None:
    assert told(store, film(12)) == []


def test_uneven_frames_are_told(store: ContentStore, coder: Coder, drawing: Drawing) -> None:
    stamps = [0, 40, 50, 140, 180, 220, 420, 437]
    assert told(store, coder("vfr.mkv", drawing.frames(8), stamps=stamps)) == ["uneven"]


def test_a_model_sheet_has_none(store: ContentStore, drawing: Drawing) -> None:
    page = store.put_bytes(png_of(drawing.frame(3)))
    sheet = store.put_bytes(sheet_manifest("queso", [SheetPicture(page, (0, 0, 96, 48))]))
    writer = BadgesWriter(store)
    listen(open_sheet(store, sheet), [writer])
    assert writer.content == ""
