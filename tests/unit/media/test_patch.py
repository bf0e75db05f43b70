"""One shot of a finished film replaced: what is copied is copied bit for bit, and what cannot be says why."""

import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypedDict, Unpack

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray

from circletake.domain.time import FrameRange
from circletake.errors import MediaUnreadable
from circletake.media.h264 import AvcC, Sps, read_avcc, read_sps, types_of, units_of, with_lengths
from circletake.media.patch import Patched, replace_frames
from circletake.media.source import open_file

SIZE = (192, 96)
RATE = Fraction(24)
CLOSED = "keyint=24:min-keyint=24:scenecut=0:open-gop=0"
Rgb = NDArray[np.uint8]


def moving(n: int) -> Rgb:
    """A picture in which everything moves, so that frames lean on each other."""
    x = np.arange(SIZE[0])[None, :] + 3 * n
    y = np.arange(SIZE[1])[:, None] + n
    return np.stack([x + 0 * y, y + 0 * x, x ^ y], axis=-1).astype(np.uint8)


def flat(count: int) -> Callable[[], Iterator[Rgb]]:
    return lambda: (np.full((SIZE[1], SIZE[0], 3), 40 + n, np.uint8) for n in range(count))


class How(TypedDict, total=False):
    params: str
    n_frames: int
    rate: Fraction
    sound: bool
    pix_fmt: str
    codec: str
    stamps: list[int]
    form: str
    profile: str


def x264(path: Path, **how: Unpack[How]) -> Path:
    """A film as a stranger's encoder writes it."""
    n_frames, rate, stamps = how.get("n_frames", 120), how.get("rate", RATE), how.get("stamps")
    codec = how.get("codec", "libx264")
    options = {"preset": "fast", "crf": "24"} | ({"profile": how["profile"]} if "profile" in how else {})
    with av.open(str(path), "w") as movie:
        key = "x265-params" if codec == "libx265" else "x264-params"
        stream = movie.add_stream(codec, rate=rate, options={key: how.get("params", CLOSED), **options})
        assert isinstance(stream, VideoStream)
        stream.width, stream.height = SIZE
        stream.pix_fmt = how.get("pix_fmt", "yuv420p")
        voice = movie.add_stream("aac", rate=48_000, layout="stereo") if how.get("sound") else None
        if stamps:
            stream.codec_context.time_base = Fraction(1, 1000)
        for n in range(n_frames):
            frame = av.VideoFrame.from_ndarray(moving(n), format="rgb24")
            if stamps:
                frame.pts, frame.time_base = stamps[n], Fraction(1, 1000)
            movie.mux(stream.encode(frame))
        movie.mux(stream.encode(None))
        if voice is not None:
            count = int(n_frames * 48_000 / rate)
            hum = (0.3 * np.sin(np.arange(count) * 0.05)).astype(np.float32)
            heard = av.AudioFrame.from_ndarray(np.stack([hum, hum]), format="fltp", layout="stereo")
            heard.sample_rate = 48_000
            movie.mux(voice.encode(heard))
            movie.mux(voice.encode(None))
    return path


def planes(path: Path) -> list[str]:
    return [frame.plane_hash() for frame in open_file(path).frames()]


def sound(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(audio=0) if packet.size]


def patched(film: Path, a: int, b: int) -> tuple[Patched, Path]:
    out = film.with_name("out.mp4")
    return replace_frames(film, out, FrameRange(a, b), flat(b - a)), out


def same_outside(film: Path, out: Path, run: FrameRange) -> bool:
    before, after = planes(film), planes(out)
    return (
        len(before) == len(after)
        and before[: run.start] == after[: run.start]
        and before[run.end :] == after[run.end :]
        and before[run.start : run.end] != after[run.start : run.end]
    )


@pytest.mark.parametrize(
    ("params", "how"),
    [
        (f"{CLOSED}:bframes=0", {}),
        (f"{CLOSED}:bframes=1:b-pyramid=none", {}),
        (f"{CLOSED}:bframes=3", {}),
        (f"{CLOSED}:bframes=8:b-adapt=0:ref=5", {}),
        (CLOSED, {"profile": "baseline"}),
        (CLOSED, {"profile": "main"}),
        (f"{CLOSED}:sps-id=3", {}),
    ],
    ids=["no B", "flat B", "pyramid", "deep", "baseline", "main", "another id"],
)
def test_closed_groups_are_spliced_and_all_others_stay_bit_for_bit(
    tmp_path: Path, params: str, how: How
) -> None:
    film = x264(tmp_path / "film.mp4", **(how | How(params=params)))
    told, out = patched(film, 52, 60)
    assert (told.method, told.reason, told.encoded) == ("spliced", "", FrameRange(48, 72))
    assert same_outside(film, out, told.encoded)
    shown = [int(frame.rgb().mean()) for frame in open_file(out).frames(FrameRange(52, 60))]
    assert shown == pytest.approx([40 + n for n in range(8)], abs=2)


@pytest.mark.parametrize("pix_fmt", ["yuvj420p", "yuv420p10le", "yuv422p"])
def test_other_depths_and_samplings_are_matched(tmp_path: Path, pix_fmt: str) -> None:
    film = x264(tmp_path / "film.mp4", params=CLOSED, pix_fmt=pix_fmt)
    told, out = patched(film, 52, 60)
    assert (told.method, told.reason) == ("spliced", "")
    assert same_outside(film, out, told.encoded)
    shown = [int(frame.rgb().mean()) for frame in open_file(out).frames(FrameRange(52, 60))]
    assert shown == pytest.approx([40 + n for n in range(8)], abs=2)


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30000/1001"])
def test_count_length_and_sound_stay_at_every_rate(tmp_path: Path, rate: str) -> None:
    film = x264(tmp_path / "film.mp4", params=f"{CLOSED}:bframes=3", rate=Fraction(rate), sound=True)
    told, out = patched(film, 30, 31)
    assert told.method == "spliced"
    before, after = open_file(film), open_file(out)
    assert (after.n_frames, after.rate) == (before.n_frames, Fraction(rate))
    assert after.sound_offsets_s() == before.sound_offsets_s()
    assert sound(out) == sound(film)
    assert same_outside(film, out, told.encoded)


@pytest.mark.parametrize(("a", "b", "run"), [(0, 3, (0, 24)), (117, 120, (96, 120)), (24, 48, (24, 48)),
                                             (20, 30, (0, 48))])  # fmt: skip
def test_the_run_reaches_from_one_closed_place_to_another(
    tmp_path: Path, a: int, b: int, run: tuple[int, int]
) -> None:
    film = x264(tmp_path / "film.mp4", params=f"{CLOSED}:bframes=3")
    told, out = patched(film, a, b)
    assert (told.method, told.encoded) == ("spliced", FrameRange(*run))
    assert same_outside(film, out, told.encoded)


def test_key_frames_with_leading_pictures_are_no_places_to_cut(tmp_path: Path) -> None:
    opened = "keyint=24:min-keyint=24:scenecut=0:open-gop=1:bframes=3:b-adapt=0"
    film = x264(tmp_path / "film.mp4", params=opened, n_frames=72)
    told, out = patched(film, 30, 40)
    assert told.method == "whole"
    assert "closed groups" in told.reason
    assert len(planes(out)) == 72


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"codec": "libx265", "params": "log-level=none"}, "hevc"),
        ({"params": f"{CLOSED}:interlaced=1"}, "interlaced"),
        ({"params": CLOSED, "stamps": [n * 40 + n % 3 * 7 for n in range(48)]}, "evenly"),
        ({"params": CLOSED, "form": "mkv"}, "neither MP4"),
        ({"params": "keyint=250"}, "whole film"),
        ({"params": CLOSED, "pix_fmt": "yuv444p"}, "yuv444p"),
    ],
    ids=["HEVC", "interlaced", "uneven", "Matroska", "one group", "4:4:4"],
)
def test_what_cannot_be_spliced_is_rendered_whole_and_says_why(tmp_path: Path, how: How, reason: str) -> None:
    film = x264(tmp_path / f"film.{how.get('form', 'mp4')}", **(How(n_frames=48) | how))
    told, out = patched(film, 10, 20)
    assert told.method == "whole"
    assert reason in told.reason
    before, after = open_file(film), open_file(out)
    assert after.n_frames == before.n_frames == 48
    assert (after.rate, after.is_vfr) == (before.rate, before.is_vfr)
    shown = [int(frame.rgb().mean()) for frame in after.frames(FrameRange(10, 20))]
    assert shown == pytest.approx([40 + n for n in range(10)], abs=3)


def test_a_trimmed_edit_list_is_rendered_whole(tmp_path: Path) -> None:
    whole = x264(tmp_path / "whole.mp4", params=f"{CLOSED}:bframes=0", n_frames=72)
    film = tmp_path / "film.mp4"
    with av.open(str(whole)) as source, av.open(str(film), "w") as movie:
        picture = movie.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size and packet.pts is not None and packet.dts is not None:
                packet.pts -= 512 * 30  # what is before 0 is hidden by an edit list
                packet.dts -= 512 * 30
                packet.stream = picture
                movie.mux(packet)
    told, out = patched(film, 20, 25)
    assert (told.method, told.reason) == ("whole", "its edit list hides frames that are in it")
    assert open_file(out).n_frames == open_file(film).n_frames == 42


def test_a_shot_that_is_too_short_leaves_no_file(tmp_path: Path) -> None:
    film = x264(tmp_path / "film.mp4", params=CLOSED)
    out = tmp_path / "out.mp4"
    with pytest.raises(MediaUnreadable, match="ends before"):
        replace_frames(film, out, FrameRange(52, 60), flat(5))
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_a_second_shot_is_spliced_into_what_was_spliced(tmp_path: Path) -> None:
    film = x264(tmp_path / "film.mp4", params=CLOSED)
    _, once = patched(film, 52, 60)
    twice = tmp_path / "twice.mp4"
    told = replace_frames(once, twice, FrameRange(100, 110), flat(10))
    assert (told.method, told.encoded) == ("spliced", FrameRange(96, 120))
    assert same_outside(once, twice, told.encoded)


def test_an_independent_decoder_plays_it_without_a_warning(tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip(
        "imageio_ffmpeg", reason="NO INDEPENDENT DECODER: imageio-ffmpeg"
    ).get_ffmpeg_exe()
    film = x264(tmp_path / "film.mp4", params=f"{CLOSED}:bframes=3", sound=True)
    told, out = patched(film, 52, 60)
    sums = []
    for path in (film, out):
        run = subprocess.run(
            [ffmpeg, "-v", "warning", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stderr == ""
        sums.append([line.split(",")[-1] for line in run.stdout.splitlines() if line[0] != "#"])
    before, after = sums
    assert len(after) == len(before) == 120
    assert before[:48] + before[72:] == after[:48] + after[72:]
    assert told.encoded == FrameRange(48, 72)


def test_the_parameter_record_is_read_and_written_back(tmp_path: Path) -> None:
    film = x264(tmp_path / "film.mp4", params=CLOSED, n_frames=25)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        record = stream.codec_context.extradata
        assert record
        avcc = read_avcc(record)
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
    assert avcc.joined(AvcC(b"", 4, (), (), b"")) == record
    sps = read_sps(avcc.sps[0])
    assert (sps.coded_px, sps.crop, sps.profile, sps.is_progressive) == ((192, 96), (0, 0, 0, 0), 100, True)
    assert 5 in types_of(packets[0], avcc.length_bytes)
    shorter = with_lengths(packets[1], 4, 2)
    assert [bytes(one) for one in units_of(shorter, 2)] == [bytes(one) for one in units_of(packets[1], 4)]
    for cut in range(len(record)):
        with pytest.raises(MediaUnreadable):
            read_sps(read_avcc(record[:cut]).sps[0][: cut // 4])


def test_streams_differ_in_what_a_decoder_sees_and_not_in_their_own_names() -> None:
    one = Sps(
        100, 40, 1, (8, 8), (64, 64), (0, 0, 0, 0), True, (1, 1), False, (1, 1, 1), (0, 0), 0, 4, 2, False
    )
    other = Sps(
        100, 40, 1, (8, 8), (64, 64), (0, 0, 0, 0), True, (1, 1), True, (1, 1, 1), (0, 0), 1, 2, 1, True
    )
    assert one.differences(one) == []
    assert one.differences(other) == ["is_full_range"]


@pytest.mark.footage
def test_real_film_is_spliced(footage: Path, tmp_path: Path) -> None:
    def shot() -> Iterator[Rgb]:
        return (np.full((360, 640, 3), 90, np.uint8) for _ in range(30))

    out = tmp_path / "out.mp4"
    told = replace_frames(footage / "bbb.mp4", out, FrameRange(300, 330), shot)
    assert (told.method, told.encoded) == ("spliced", FrameRange(285, 378))
    assert same_outside(footage / "bbb.mp4", out, told.encoded)
    assert sound(out) == sound(footage / "bbb.mp4")
