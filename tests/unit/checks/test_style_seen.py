"""Style through an encoder: a real model of random weights, and textures that only it can tell."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from tests.unit.models.onnx_bytes import vision

from circletake.checks.codec import evidence_bytes
from circletake.checks.protocol import CheckContext, Rgb, SheetRef
from circletake.checks.style._descriptor import View
from circletake.checks.style._seen import SEEN
from circletake.checks.style.bible import KIND, check
from circletake.domain.evidence import Evidence
from circletake.models.encoder import Encoder
from circletake.models.manifest import read_manifest

_HEIGHT, _WIDTH = 270, 480
_CELL, _GRID, _DIMENSIONS = 8, 28, 40
WHOLE, TEXTURE = SEEN


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """Patches, as vision transformers have them, and a vector that is the first of them."""
    kernel = np.random.default_rng(11).normal(size=(_DIMENSIONS, 3, _CELL, _CELL)).astype(np.float32)
    # Each kernel adds up to nothing: brightness is no texture.
    kernel -= kernel.mean((1, 2, 3), keepdims=True)
    folder = tmp_path_factory.mktemp("encoder")
    manifest = vision(folder, 1, kernel, _GRID, token="1")  # noqa: S106 (a token of a sequence)
    return Encoder(read_manifest(manifest))


def field(seed: int, *, across: bool) -> Rgb:
    """Strokes in one direction: the same colours, tones and amounts whichever way they run."""
    noise = np.random.default_rng(seed).normal(size=(_HEIGHT, _WIDTH))
    strokes = np.apply_along_axis(lambda row: np.convolve(row, np.ones(9) / 3, "same"), int(across), noise)
    luma = np.clip(128 + 40 * strokes, 0, 255)
    return np.repeat(luma[..., None], 3, axis=2).astype(np.uint8)


@cache
def bible() -> SheetRef:
    pictures = [field(seed, across=True) for seed in range(12)]
    return SheetRef("bible", "b" * 64, pictures, [(0, 0, _WIDTH, _HEIGHT)] * 12, kind=KIND)


def measured(frames: Sequence[Rgb], encoder: Encoder | None, *, why: str = "") -> Evidence:
    context = CheckContext(
        "0" * 64,
        len(frames),
        Fraction(24),
        _WIDTH,
        _HEIGHT,
        {},
        [bible()],
        encoder=encoder,
        without_encoder=why,
    )
    measure = check.begin(context)
    for n, rgb in enumerate(frames):
        measure.frame(n, rgb)
    return measure.finish()


def clip(*, across: bool) -> list[Rgb]:
    return [field(100 + n // 12, across=across) for n in range(36)]


def test_textures_of_the_bible_are_left_alone(encoder: Encoder) -> None:
    evidence = measured(clip(across=True), encoder)
    assert [flag for flag in evidence.flags if flag.label in {"seen", "texture"}] == []
    assert {"seen", "texture"} <= {one.name for one in evidence.series}


def test_strokes_that_run_another_way_are_another_texture_and_nothing_else_can_tell(encoder: Encoder) -> None:
    turned = measured(clip(across=False), encoder)
    [flag] = [flag for flag in turned.flags if flag.label == "texture"]
    assert (flag.frames.start, flag.frames.end) == (0, 36)
    assert flag.sentence.startswith("Textures differ to the encoder (by ")
    without = measured(clip(across=False), None)
    assert not {"palette", "tone"} & {one.label for one in without.flags}


def test_evidence_names_the_encoder_and_what_computed(encoder: Encoder) -> None:
    told = measured(clip(across=True), encoder)
    assert told.summary["encoder"] == "vision"
    assert told.summary["encoder_fingerprint"] == encoder.fingerprint
    assert encoder.backend in told.backend


def test_a_check_that_does_without_says_so_and_measures_the_rest() -> None:
    why = "The model vision.onnx is not the one its manifest names."
    told = measured(clip(across=True), None, why=why)
    assert told.summary["without_encoder"] == why
    assert told.sentence.endswith(why)
    assert {"palette", "tone", "line", "grain", "p_value"} == {one.name for one in told.series}


def test_without_a_named_encoder_evidence_says_nothing_of_one() -> None:
    told = measured(clip(across=True), None)
    assert not {"encoder", "encoder_fingerprint", "without_encoder"} & told.summary.keys()
    assert "onnx" not in told.backend


def test_the_same_frames_give_the_same_bytes(encoder: Encoder) -> None:
    assert evidence_bytes(measured(clip(across=False), encoder)) == evidence_bytes(
        measured(clip(across=False), encoder)
    )


class _Cells:
    """An encoding of our own making."""

    def __init__(self, patches: np.ndarray) -> None:
        self.patches = patches.astype(np.float16)
        self.vector = np.zeros(3, np.float32)


def texture_of(patches: np.ndarray) -> np.ndarray:
    nothing = np.zeros((1, 3), np.float32), np.zeros((1, 1), np.uint8)
    return TEXTURE.describe(View(*nothing, _Cells(patches)))


@pytest.mark.parametrize("dimensions", [6, 24, 384])
def test_texture_knows_no_order_and_no_place(dimensions: int) -> None:
    rng = np.random.default_rng(2)
    cells = rng.normal(size=(200, dimensions))
    cells /= np.linalg.norm(cells, axis=1, keepdims=True)
    one, other = texture_of(cells), texture_of(cells[rng.permutation(200)])
    assert TEXTURE.apart(one, other[None]) == pytest.approx(0, abs=1e-3)
    assert np.isfinite(one).all()


def test_too_few_cells_are_no_texture() -> None:
    assert not texture_of(np.ones((10, 30)) / np.sqrt(30)).any()


def test_a_whole_that_nothing_was_read_of_is_not_far_from_anything() -> None:
    nothing, something = np.zeros(3, np.float32), np.array([[0, 1, 0], [0, 0, 0]], np.float32)
    assert WHOLE.apart(nothing, something).tolist() == [0, 0]
    assert WHOLE.apart(something[0], something).tolist() == [0, 0]
    assert WHOLE.apart(np.array([1, 0, 0], np.float32), something).tolist() == [1, 0]
