import errno
import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from circletake.errors import ContentMissing, DiskFull, MediaHashMismatch, MediaUnreadable
from circletake.media.store import ContentStore


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_content_is_the_sha256_of_its_bytes_and_is_kept_once(store: ContentStore) -> None:
    content = store.put_bytes(b"a take")
    assert content == hashlib.sha256(b"a take").hexdigest()
    assert store.put_bytes(b"a take") == content
    assert _files(store.root) == [store.root / content[:2] / content[2:4] / content]
    assert store.read(content) == b"a take"
    assert store.size(content) == 6
    assert store.check(content)


def test_stored_bytes_may_not_be_written(store: ContentStore) -> None:
    path = store.path(store.put_bytes(b"fixed"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_a_file_is_copied_and_left_as_it_is(store: ContentStore, tmp_path: Path) -> None:
    original = tmp_path / "größe 画.mov"
    original.write_bytes(b"x" * 3_000_000)
    content = store.put_file(original, declared=hashlib.sha256(b"x" * 3_000_000).hexdigest().upper())
    assert original.read_bytes() == store.read(content)


def test_bytes_that_are_not_as_declared_are_refused_and_nothing_is_kept(
    store: ContentStore, tmp_path: Path
) -> None:
    original = tmp_path / "a"
    original.write_bytes(b"other")
    with pytest.raises(MediaHashMismatch, match="as declared; send it again") as refusal:
        store.put_file(original, declared="0" * 64)
    assert refusal.value.detail["found"] == hashlib.sha256(b"other").hexdigest()
    assert _files(store.root) == []


def test_a_file_that_is_not_there_says_so(store: ContentStore, tmp_path: Path) -> None:
    with pytest.raises(MediaUnreadable, match=r"There is no file gone\.mp4"):
        store.put_file(tmp_path / "gone.mp4")
    assert _files(store.root) == []


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_what_is_not_held_is_missing_whatever_it_is_called(store: ContentStore, name: str) -> None:
    assert not store.has(name)
    with pytest.raises(ContentMissing):
        store.read(name)


def test_a_bit_that_flips_on_disk_is_found(store: ContentStore) -> None:
    content = store.put_bytes(b"keep me")
    store.path(content).chmod(0o644)
    store.path(content).write_bytes(b"keep mf")
    assert not store.check(content)


def test_a_writer_that_fails_leaves_nothing(store: ContentStore) -> None:
    def fail() -> None:
        with store.writing(".mp4") as entry:
            entry.path.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert _files(store.root) == []


def test_a_writer_that_ends_well_is_stored(store: ContentStore) -> None:
    with store.writing(".mp4") as entry:
        assert entry.path.suffix == ".mp4"
        entry.path.write_bytes(b"whole")
    assert store.read(entry.content) == b"whole"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_nothing_is_kept(
    store: ContentStore, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="nothing was recorded"):
        store.put_bytes(b"no room")
    assert _files(store.root) == []
    assert not store.has(hashlib.sha256(b"no room").hexdigest())


def test_writers_of_the_same_bytes_do_not_disturb_each_other(store: ContentStore, tmp_path: Path) -> None:
    original = tmp_path / "same"
    original.write_bytes(os.urandom(1 << 20))
    found: list[str] = []
    writers = [threading.Thread(target=lambda: found.append(store.put_file(original))) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert store.check(found[0])
    assert len(_files(store.root)) == 1


def test_what_a_dead_writer_left_is_swept_and_nothing_else(store: ContentStore) -> None:
    kept = store.put_bytes(b"kept")
    left = store.root / "incoming" / "left.mp4"
    left.write_bytes(b"half")
    assert store.sweep() == 0
    os.utime(left, (0, 0))
    assert store.sweep() == 1
    assert not left.exists()
    assert store.has(kept)
