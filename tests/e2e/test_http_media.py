"""Media over a real server: whole, in part, known already, and only for those it belongs to."""

import hashlib
import shutil

import pytest
from sqlalchemy import delete

from circletake.db.tables import derived
from circletake.media.frames import read_rgb
from circletake.media.recipes import NOTHING, PEAKS
from circletake.workflows import full_frames

from .conftest import HEIGHT_PX, N_FRAMES, WIDTH_PX, Served

pytestmark = pytest.mark.e2e

TAILS = ["", "/frames/0.jpg", "/full/0.jpg", "/proxy.mp4", "/poster.jpg", "/peaks.bin"]


def test_content_is_exactly_the_bytes_of_its_hash(analysed: Served) -> None:
    content = analysed.take().content
    with analysed.client("leo") as client:
        answer = client.get(f"/media/{content}")
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == content
    assert answer.headers["etag"] == f'"{content}"'
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("tail", TAILS)
def test_every_kind_of_media_knows_conditions_ranges_and_head(analysed: Served, tail: str) -> None:
    path = f"/media/{analysed.take().content}{tail}"
    with analysed.client("leo") as client:
        whole = client.get(path)
        assert whole.status_code == 200, whole.text
        size, etag = len(whole.content), whole.headers["etag"]
        assert etag.startswith('"')
        head = client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-length", "etag", "content-type", "accept-ranges", "cache-control"):
            assert head.headers[name] == whole.headers[name]
        table = [
            ({"Range": "bytes=0-9"}, 206, whole.content[:10]),
            ({"Range": "bytes=-7"}, 206, whole.content[-7:]),
            ({"Range": f"bytes={size - 3}-"}, 206, whole.content[-3:]),
            ({"Range": f"bytes={size}-"}, 416, b""),
            ({"Range": "bytes=0-1,4-5"}, 200, whole.content),
            ({"Range": "bytes=0-9", "If-Range": etag}, 206, whole.content[:10]),
            ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200, whole.content),
            ({"If-None-Match": etag}, 304, b""),
            ({"If-None-Match": '"other"'}, 200, whole.content),
        ]
        for headers, status, body in table:
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.content) == (status, body), headers
        outside = client.get(path, headers={"Range": f"bytes={size}-"})
        assert outside.headers["content-range"] == f"bytes */{size}"
        part = client.get(path, headers={"Range": "bytes=2-4"})
        assert part.headers["content-range"] == f"bytes 2-4/{size}"


def test_every_frame_is_a_picture_of_its_own_and_there_is_none_after_the_last(analysed: Served) -> None:
    content = analysed.take().content
    with analysed.client("leo") as client:
        frames = [client.get(f"/media/{content}/frames/{n}.jpg") for n in range(N_FRAMES)]
        assert {frame.headers["content-type"] for frame in frames} == {"image/jpeg"}
        assert len({frame.content for frame in frames}) == N_FRAMES
        after = client.get(f"/media/{content}/frames/{N_FRAMES}.jpg")
        assert after.status_code in {404, 422}
        assert after.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("tail", TAILS)
def test_whoever_is_part_of_nothing_learns_nothing_not_even_that_it_is_unchanged(
    analysed: Served, tail: str
) -> None:
    content = analysed.take().content
    with analysed.client("leo") as client:
        etag = client.head(f"/media/{content}{tail}").headers["etag"]
    with analysed.client("olaf") as client:
        answer = client.get(f"/media/{content}{tail}", headers={"If-None-Match": etag})
        never = client.get(f"/media/{'0' * 64}{tail}")
    assert answer.status_code == never.status_code == 404
    assert answer.json()["code"] == never.json()["code"]


def test_a_player_can_seek_in_the_proxy_by_ranges_alone(analysed: Served) -> None:
    path = f"/media/{analysed.take().content}/proxy.mp4"
    with analysed.client("leo") as client:
        first = client.get(path, headers={"Range": "bytes=0-0"})
        size = int(first.headers["content-range"].rpartition("/")[2])
        parts = [
            client.get(
                path, headers={"Range": f"bytes={start}-{start + 999}", "If-Range": first.headers["etag"]}
            ).content
            for start in range(0, size, 1000)
        ]
        assert b"".join(parts) == client.get(path).content


def test_the_addresses_that_a_task_names_are_those_that_answer(analysed: Served) -> None:
    media = analysed.take().media
    assert media.frames is not None
    assert media.size_px == [WIDTH_PX, HEIGHT_PX]
    with analysed.client("leo") as client:
        for address in (media.frames.replace("{n}", str(N_FRAMES - 1)), media.proxy, media.poster):
            assert address is not None
            assert client.get(address).status_code == 200


def test_parts_of_takes_play_as_one_film_to_whoever_may_see_all_of_them(analysed: Served) -> None:
    content = analysed.take().content
    path = f"/media/joined/24-1/{content}.4.9,{content}.0.2.mp4"
    with analysed.client("leo") as client:
        film = client.get(path)
        assert film.status_code == 200, film.text
        assert film.headers["content-type"] == "video/mp4"
        assert client.get(path).headers["etag"] == film.headers["etag"]
        part = client.get(path, headers={"Range": "bytes=0-99", "If-Range": film.headers["etag"]})
        assert part.content == film.content[:100]
        other = client.get(f"/media/joined/24-1/{content}.4.9,{'0' * 64}.0.2.mp4")
        assert other.status_code == 404
        for odd in (f"{content}.9.4", f"{content}.0", f"../{content}.0.2", f"{content}.0.999"):
            refused = client.get(f"/media/joined/24-1/{odd}.mp4")
            assert refused.status_code in {404, 409, 422}, odd
            assert refused.headers["content-type"] == "application/problem+json"
    with analysed.client("olaf") as client:
        assert client.get(path).status_code == 404


def test_a_take_in_the_cut_says_what_it_plays_between(analysed: Served) -> None:
    take, task = analysed.take(), analysed.task()
    with analysed.client("leo") as client:
        told = client.get(f"/api/tasks/{task.id}/takes/{take.content}/context").json()
        assert [part["shot"] for part in told["parts"]] == ["SH010"]
        assert told["missing"] == ["SH020 is a gap in the cut; nothing is shown for it."]
        assert client.get(told["proxy"]).status_code == 200


def test_a_full_frame_is_read_once_and_kept_while_there_is_room(
    analysed: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, content = analysed.studio.house, analysed.take().content
    kept = house.folder / "cache" / full_frames.FULL
    shutil.rmtree(kept, ignore_errors=True)
    with analysed.client("leo") as client:
        first = client.get(f"/media/{content}/full/3.jpg")
        assert first.status_code == 200
        assert first.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert read_rgb(first.content).shape == (HEIGHT_PX, WIDTH_PX, 3)
        assert len(list(kept.iterdir())) == 1
        with monkeypatch.context() as patch:
            patch.setattr(type(house.reader), "frame", _nobody)
            assert client.get(f"/media/{content}/full/3.jpg").content == first.content
        # one more than there is room for: what was asked for last stays
        monkeypatch.setattr(full_frames, "KEPT_BYTES", len(first.content) * 3 // 2)
        second = client.get(f"/media/{content}/full/4.jpg")
        assert [one.read_bytes() for one in kept.iterdir()] == [second.content]
        # no room at all: it is shown all the same
        shutil.rmtree(kept)
        kept.write_bytes(b"")
        try:
            assert client.get(f"/media/{content}/full/3.jpg").content == first.content
        finally:
            kept.unlink()
        for tail in (f"full/{N_FRAMES}", "alpha/0", "checker/0"):
            refused = client.get(f"/media/{content}/{tail}.jpg")
            assert refused.status_code in {404, 422}, tail
            assert refused.headers["content-type"] == "application/problem+json"
    media = analysed.take().media
    assert (media.full, media.alpha, media.checker) == (None, None, None)  # the stored frames have all of it


def _nobody(*_: object) -> bytes:
    raise AssertionError("it was to be read once")


def test_a_waveform_of_before_there_was_one_is_made_when_it_is_asked_for(analysed: Served) -> None:
    house, content = analysed.studio.house, analysed.take().content
    with analysed.client("leo") as client:
        measured = client.get(f"/media/{content}/peaks.bin").content
        assert len(measured) == N_FRAMES * 4
        assert max(measured) > 40
        with house.queue.engine.begin() as conn:
            conn.execute(delete(derived).where((derived.c.source == content) & (derived.c.recipe == PEAKS)))
        assert analysed.take().media.peaks is not None
        assert client.get(f"/media/{content}/peaks.bin").content == measured
        assert house.queue.find_derived(content, PEAKS) is not None
        house.queue.put_derived(content, PEAKS, NOTHING)
        try:
            assert analysed.take().media.peaks is None
            assert client.get(f"/media/{content}/peaks.bin").status_code == 404
        finally:
            house.queue.put_derived(content, PEAKS, house.store.put_bytes(measured))
