"""Takes that bring the character's mask along: alpha of films and stills is what is measured, as it is."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.stream import VideoStream
from numpy.typing import NDArray

from circletake.checks.codec import evidence_bytes
from circletake.checks.consistency._alpha import mask_of_alpha
from circletake.checks.consistency._meter import Meter
from circletake.checks.protocol import CheckContext, SheetRef
from circletake.checks.run import run_checks
from circletake.domain.boxed import Boxed
from circletake.domain.evidence import Evidence
from circletake.generate.characters import Character, background, sheet_poses, shot_poses
from circletake.media.source import Source, open_file

SEED, FRAMES = 11, 13
SIZE = WIDTH, HEIGHT = 320, 180
Rgba = NDArray[np.uint8]


@cache
def sheet(code: str = "dog", seed: int = SEED) -> SheetRef:
    images, boxes = [], []
    for pose in sheet_poses():
        drawn = Character.from_seed(seed).draw(pose, 192)
        share = drawn.alpha[..., None] / 255
        images.append((drawn.rgb * share + 245 * (1 - share)).astype(np.uint8))
        rows, columns = (np.flatnonzero((drawn.alpha > 127).any(axis=axis)) for axis in (1, 0))
        boxes.append((int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1))
    return SheetRef(code, code[0] * 64, images, boxes)


@cache
def layers() -> tuple[Rgba, ...]:
    """A figure on nothing; beneath what is transparent lies a picture that nobody is to see."""
    beneath = background(4, *SIZE)
    made = []
    for n, pose in enumerate(shot_poses(1, FRAMES, turn_deg=10)):
        drawn = Character.from_seed(SEED).draw(pose, 120)
        picture = np.dstack([beneath, np.zeros((HEIGHT, WIDTH), np.uint8)])
        part = picture[30:150, 60 + 4 * n : 180 + 4 * n]
        covered = drawn.alpha > 127
        part[covered] = np.dstack([drawn.rgb, np.full_like(drawn.alpha, 255)])[covered]
        made.append(picture)
    return tuple(made)


def write_film(path: Path, pictures: Sequence[Rgba], codec: str, pixels: str) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=24)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixels
        if codec == "libvpx":
            stream.options = {"auto-alt-ref": "0"}  # hidden frames have no alpha, so VP8 refuses both
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgba").reformat(format=pixels)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def measured(source: Source, sheets: Sequence[SheetRef], boxes: Sequence[Boxed] = ()) -> Evidence:
    context = CheckContext(
        "0" * 64,
        source.n_frames,
        source.rate,
        source.width_px,
        source.height_px,
        references=sheets,
        boxes=boxes,
        boxed_frames={box.frame: source.frame(box.frame).rgb() for box in boxes},
    )
    return run_checks(source, {"consistency": context})["consistency"]


@pytest.fixture
def film(tmp_path: Path) -> Source:
    return open_file(write_film(tmp_path / "layer.mov", layers(), "qtrle", "argb"))


@pytest.mark.parametrize(
    ("codec", "pixels", "apart"), [("qtrle", "argb", 0), ("png", "rgba", 0), ("prores_ks", "yuva444p10le", 3)]
)
def test_a_films_alpha_is_read_as_it_was_written(tmp_path: Path, codec: str, pixels: str, apart: int) -> None:
    source = open_file(write_film(tmp_path / "layer.mov", layers(), codec, pixels))
    frames = list(source.frames())
    assert len(frames) == FRAMES
    for frame, picture in zip(frames, layers(), strict=True):
        alpha = frame.alpha_at(*SIZE)
        assert alpha is not None
        assert np.abs(alpha.astype(int) - picture[..., 3]).max() <= apart
    small = frames[0].alpha_at(WIDTH // 2, HEIGHT // 2)
    assert small is not None
    assert small.shape == (HEIGHT // 2, WIDTH // 2)


@pytest.mark.parametrize("codec", ["libvpx-vp9", "libvpx"])
def test_the_alpha_of_a_webm_is_read_from_any_frame_on(tmp_path: Path, codec: str) -> None:
    source = open_file(write_film(tmp_path / "layer.webm", layers(), codec, "yuva420p"))
    assert source.n_frames == FRAMES
    for n in (0, 7, FRAMES - 1, 3):
        alpha = source.frame(n).alpha_at(*SIZE)
        assert alpha is not None
        truth = layers()[n][..., 3] > 127
        assert ((alpha > 127) & truth).sum() / ((alpha > 127) | truth).sum() > 0.95
    evidence = measured(source, [sheet()])
    assert evidence.summary["masked"] == FRAMES


def test_a_film_without_alpha_has_none(tmp_path: Path) -> None:
    opaque = [picture.copy() for picture in layers()]
    for name, codec in (("film.mp4", "mpeg4"), ("film.webm", "libvpx-vp9")):
        source = open_file(write_film(tmp_path / name, opaque, codec, "yuv420p"))
        assert source.frame(0).alpha_at(*SIZE) is None


@pytest.mark.parametrize("is_deep", [False, True])
def test_a_stills_alpha_is_read_and_its_picture_lies_on_paper(tmp_path: Path, *, is_deep: bool) -> None:
    picture = layers()[0]
    full = picture.astype(np.uint16) * 257 if is_deep else picture
    done, data = cv2.imencode(".png", full[..., [2, 1, 0, 3]])
    assert done
    (tmp_path / "still.png").write_bytes(data.tobytes())
    frame = open_file(tmp_path / "still.png").frame(0)
    alpha = frame.alpha_at(*SIZE)
    assert alpha is not None
    assert np.array_equal(alpha, picture[..., 3])
    assert (frame.rgb()[picture[..., 3] == 0] == 255).all()
    done, data = cv2.imencode(".png", picture[..., 2::-1])
    (tmp_path / "opaque.png").write_bytes(data.tobytes())
    assert open_file(tmp_path / "opaque.png").frame(0).alpha_at(*SIZE) is None


def test_a_take_is_measured_where_its_alpha_says(film: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}
    kept = Meter.picture

    def noted(self: Meter, n: int, rgb: NDArray[np.uint8], mask: NDArray[np.bool_]) -> None:
        seen[n] = int(mask.sum())
        kept(self, n, rgb, mask)

    monkeypatch.setattr(Meter, "picture", noted)
    evidence = measured(film, [sheet()])
    assert evidence.summary["masked"] == FRAMES
    assert evidence.summary["judged"] == FRAMES
    assert evidence.abstained == ()
    assert len(seen) > 3
    for n, area in seen.items():
        assert area == int((layers()[n][..., 3] > 127).sum()), "to the pixel"
    assert evidence_bytes(evidence) == evidence_bytes(measured(film, [sheet()]))


def test_a_still_with_alpha_is_measured_where_it_says(tmp_path: Path) -> None:
    done, data = cv2.imencode(".png", layers()[0][..., [2, 1, 0, 3]])
    assert done
    (tmp_path / "still.png").write_bytes(data.tobytes())
    evidence = measured(open_file(tmp_path / "still.png"), [sheet()])
    assert evidence.summary["masked"] == 1
    assert evidence.summary["judged"] == 1


def test_alpha_of_a_take_of_several_characters_or_with_a_box_is_left_alone(film: Source) -> None:
    both = measured(film, [sheet(), sheet("cat", 14)])
    assert "masked" not in both.summary
    boxes = [Boxed("x_1", "dog", 2, (1800, 1600, 4000, 6800))]
    boxed = measured(film, [sheet()], boxes)
    assert "masked" not in boxed.summary
    assert boxed.sentence.endswith("Followed by 1 box that people drew.")


def test_only_what_can_be_a_figure_is_a_mask() -> None:
    empty, full = np.zeros((90, 160), np.uint8), np.full((90, 160), 255, np.uint8)
    rounded = full.copy()
    rounded[:4, :4] = 0
    faint = empty.copy()
    faint[20:70, 40:90] = 90
    figure = empty.copy()
    figure[20:70, 40:90] = 200
    assert [mask_of_alpha(one) for one in (None, empty, full, rounded, faint)] == [None] * 5
    mask = mask_of_alpha(figure)
    assert mask is not None
    assert mask.sum() == 2500


def test_frames_whose_alpha_says_nothing_are_followed_as_others_are(tmp_path: Path) -> None:
    pictures = [picture.copy() for picture in layers()]
    for picture in pictures[8:]:
        picture[..., 3] = 255
    source = open_file(write_film(tmp_path / "layer.mov", pictures, "qtrle", "argb"))
    evidence = measured(source, [sheet()])
    assert evidence.summary["masked"] == 8
    assert int(evidence.summary["judged"]) >= 8
    assert Fraction(24) == source.rate
