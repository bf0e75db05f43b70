"""A film that a browser sends: onto the disk as it comes, and gone again whatever happens."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import Path, Request

from circletake.media.faults import writing
from circletake.web.auth import SignedIn, StudioHere
from circletake.web.requests import Code, Id

FileName = Annotated[str, Path(min_length=1, max_length=255)]
_ODD = re.compile(r"[^\w. -]")
_LONGEST = 100


async def sent_film(
    request: Request, code: Code, slot: Id, name: FileName, studio: StudioHere, session: SignedIn
) -> AsyncIterator[FilePath]:
    """The film on disk, under a name like the one it was sent with; it is removed after the answer.

    Nothing of it is read from whoever may not add it.
    """
    arriving = await asyncio.to_thread(studio.cut_may_receive, session, code, slot=slot)
    with TemporaryDirectory(dir=arriving, ignore_cleanup_errors=True) as folder:
        path = FilePath(folder) / (_ODD.sub("_", name).lstrip(".")[-_LONGEST:] or "film")
        with writing(name), path.open("wb") as file:
            async for block in request.stream():
                await asyncio.to_thread(file.write, block)
        yield path
