"""Scripts and boards that tests write: one scene of two shots, in every form there is."""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SLUG = "INT. A PLACE - DAY"
SCENE = "2-FA5K7"

FOUNTAIN = f"""Title: The Place
Author: Somebody

{SLUG} #{SCENE}#

The dog looks up.

DOG (O.S.)
Woof.
"""

FDX = f"""<?xml version="1.0" encoding="UTF-8" standalone="no" ?>
<FinalDraft DocumentType="Script" Version="5"><Content>
<Paragraph Number="{SCENE}" Type="Scene Heading"><SceneProperties Length="2/8" Title=""/>
<Text>INT. A </Text><Text RevisionID="1">PLACE - DAY</Text></Paragraph>
<Paragraph Type="Action"><Text>The dog looks up.</Text></Paragraph>
<Paragraph Type="Character"><Text>DOG (O.S.)</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Woof.</Text></Paragraph>
</Content></FinalDraft>
"""


def png(grey: int, width: int = 32, height: int = 18) -> bytes:
    """A picture of one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([grey] * 3) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def board(uid: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """A board of Storyboarder whose picture is one file."""
    return {
        "uid": uid,
        "url": f"board-1-{uid}.png",
        "newShot": False,
        "number": 1,
        "shot": "1A",
        "time": 0,
        **more,
    }


def write_storyboarder(
    folder: Path,
    boards: Sequence[Mapping[str, Any]],
    name: str = "scene",
    **told: Any,  # noqa: ANN401 (JSON)
) -> Path:
    """A file of Storyboarder, with a picture for each board."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for n, one in enumerate(boards):
        (folder / "images" / str(one["url"])).write_bytes(png(40 + 5 * n % 200))
    path = folder / f"{name}.storyboarder"
    head = {"version": "3.0.0", "aspectRatio": "1.7777", "fps": 24, "defaultBoardTiming": 2000}
    path.write_text(json.dumps({**head, **told, "boards": list(boards)}), "utf-8")
    return path


def write_project(folder: Path, *, script: str = FOUNTAIN, name: str = "place.fountain") -> Path:
    """A project: the script, and the board of its one scene, two shots of two and one panel."""
    scene = folder / "storyboards" / f"Scene-2-INT-A-PLACE-DAY-{SCENE}"
    boards = [
        board("AAAA1", newShot=True, duration=1000, dialogue="Woof."),
        board("AAAA2", duration="1500", action="It looks up."),
        board("AAAA3", newShot=True),
    ]
    write_storyboarder(scene, boards, name=scene.name)
    (folder / name).write_text(script, "utf-8")
    return folder


def write_pictures(folder: Path, names: Sequence[str]) -> Path:
    """A folder of pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for n, name in enumerate(names):
        (folder / name).write_bytes(png(40 + 5 * n % 200))
    return folder
