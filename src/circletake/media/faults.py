"""Other people's errors become ours here: PyAV's double as builtins, and a full disk has many names."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from circletake.errors import (
    CircletakeError,
    DiskFull,
    MediaKindRefused,
    MediaTooLarge,
    MediaUnreadable,
    Unavailable,
)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_full(fault: BaseException) -> bool:
    """Whether a fault says that the disk has no room, whichever library raised it."""
    return getattr(fault, "errno", None) in _FULL


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Map whatever goes wrong while a media file is read.

    Args:
        name: what the file is called in the sentence.

    Raises:
        MediaUnreadable: it cannot be opened or decoded.
        MediaKindRefused: no decoder for it.
        MediaTooLarge: decoding it asks for more memory than there is.
        DiskFull: something written on the way found no room.
    """
    try:
        yield
    except CircletakeError:
        raise
    except MemoryError:
        raise MediaTooLarge(
            f"{name} asks for more memory than a reader is given; make a smaller version of it and try again."
        ) from None
    except (av.error.DecoderNotFoundError, av.error.DemuxerNotFoundError, av.error.PatchWelcomeError):
        raise MediaKindRefused(
            f"There is no decoder for {name}; convert it to H.264 in MP4, ProRes in MOV or PNG."
        ) from None
    except FileNotFoundError:
        raise MediaUnreadable(f"There is no file {name}; check the path.") from None
    except PermissionError:
        raise MediaUnreadable(f"{name} may not be read; change its permissions.") from None
    except (av.error.FFmpegError, OSError, ValueError, EOFError) as fault:
        if is_full(fault):
            raise _full() from fault
        raise MediaUnreadable(
            f"{name} cannot be read ({_reason(fault)}); export it again from where it came from."
        ) from fault


@contextmanager
def writing(name: str, path: Path | None = None) -> Iterator[None]:
    """Map whatever goes wrong while a file is written, and leave no half of it.

    Args:
        name: what is written, for the sentence.
        path: removed when anything goes wrong, also when the caller's own code fails.

    Raises:
        DiskFull: the disk has no room.
        Unavailable: the folder cannot be written.
    """
    try:
        yield
    except BaseException as fault:
        if path is not None:
            path.unlink(missing_ok=True)
        if isinstance(fault, CircletakeError):
            raise
        if is_full(fault):
            raise _full() from fault
        if isinstance(fault, (av.error.FFmpegError, OSError)):
            raise Unavailable(
                f"{name} cannot be written ({_reason(fault)}); check that its folder may be written."
            ) from fault
        raise


def _full() -> DiskFull:
    return DiskFull("The disk has no room; nothing was recorded. Free some space and try again.")


def _reason(fault: BaseException) -> str:
    return (getattr(fault, "strerror", None) or str(fault) or type(fault).__name__).rstrip(".")
