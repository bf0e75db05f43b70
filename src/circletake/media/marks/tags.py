"""Films and sounds: the tags of container and streams, as FFmpeg reads them."""

from pathlib import Path

import av

from circletake.media.kinds import OPEN_OPTIONS, TIMEOUT_S, FileKind
from circletake.media.marks.field import Marks
from circletake.media.marks.xmp import read_xmp

_MOST_STREAMS = 16
_XMP = "xmp"


def read_tags(path: Path, kind: FileKind, marks: Marks) -> None:
    """Read the tags of a film or sound; keys in lower case, for WebM shouts them.

    Raises:
        av.error.FFmpegError: the file cannot be opened.
    """
    options = {**OPEN_OPTIONS, "export_xmp": "1"} if kind.demuxer == "mov" else dict(OPEN_OPTIONS)
    with av.open(
        str(path), format=kind.demuxer, options=options, metadata_errors="replace", timeout=TIMEOUT_S
    ) as container:
        _take(dict(container.metadata), f"{kind.name} tag", marks)
        for stream in list(container.streams)[:_MOST_STREAMS]:
            # Ogg and Opus keep theirs with the stream.
            _take(dict(stream.metadata), f"{kind.name} stream tag", marks)


def _take(tags: dict[str, str], where: str, marks: Marks) -> None:
    for key, text in tags.items():
        if key == _XMP:
            read_xmp(text.encode(), marks)
        else:
            marks.add(key.lower(), text, where)
