"""The same bytes give the same evidence whoever measures them, and are not measured twice."""

import resource
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from circletake.config import Config
from circletake.generate.film import get_shot, model_sheet, render_frame
from circletake.ledger.accounts import Session
from circletake.media.encode import write_movie
from circletake.media.sheet import write_png
from circletake.studio import Studio
from circletake.workflows.sheets import BoxedImage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

_SIZE = (480, 270)
_TAKES = {"SH030": 2, "SH060": 4}
_FRAMES = 40
_ONE_PERCENT = 0.01


@cache
def drawn(code: str) -> tuple[np.ndarray, ...]:
    """The first frames of a take of the demo, two of them with faults."""
    shot = get_shot(code)
    plan = next(plan for plan in shot.takes if plan.number == _TAKES[code])
    return tuple(
        np.asarray(cv2.resize(render_frame(shot, plan, n), _SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for n in range(_FRAMES)
    )


class Floor:
    """A studio with one character's sheet adopted and a take in each shot, nothing measured."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        self.studio = Studio.create(folder / "studio", config=Config(workers=workers))
        for name in ("ana", "dora"):
            self.studio.add_person(name)
        self.ana, dora = (self._signed_in(name) for name in ("ana", "dora"))
        self.studio.new_production(
            self.ana, code="spring", title="Spring", rate=Fraction(24), width_px=_SIZE[0], height_px=_SIZE[1]
        )
        self.studio.set_role(self.ana, "spring", person="dora", role="director")
        images = []
        for index, (rgb, box) in enumerate(model_sheet()):
            write_png(folder / f"{index}.png", rgb)
            images.append(BoxedImage(path=folder / f"{index}.png", box=box))
        sheet = self.studio.sheet_add(self.ana, "spring", character="queso", images=images)
        self.studio.record_verdict(
            dora,
            task=sheet.id,
            content=sheet.takes[-1].content,
            gate="director",
            value=2,
            key="sheet-circled",
        )
        self.studio.sheet_adopt(dora, "spring", character="queso")
        for code in _TAKES:
            self.studio.add_shot(
                self.ana, "spring", code=code, title=code, frames=_FRAMES, source_class="drawn"
            )
            write_movie(
                folder / f"{code}.mp4", drawn(code), rate=Fraction(24), width_px=_SIZE[0], height_px=_SIZE[1]
            )
            self.studio.add_take(
                self.ana, "spring", shot=code, stage="animation", path=folder / f"{code}.mp4"
            )

    def _signed_in(self, name: str) -> Session:
        return self.studio.session_of(self.studio.sign_in_by_link(self.studio.make_link(name)))

    def evidence(self) -> dict[tuple[str, str], str]:
        """Content and check → SHA-256 of the evidence."""
        with self.studio.house.book.reading() as conn:
            rows = conn.exec_driver_sql('select content, "check", id from evidence').fetchall()
        return {(str(content), str(check)): str(evidence) for content, check, evidence in rows}

    def measure(self) -> float:
        """Order everything that is asked for and work it off; processor seconds, the workers' among them."""
        began_s = spent_s()
        self.studio.check(self.ana, "spring")
        jobs = self.studio.run_jobs()
        assert {job.state for job in jobs} <= {"done"}
        return spent_s() - began_s


def spent_s() -> float:
    """Processor time of this process and of the workers that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@pytest.fixture(scope="module")
def floors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, tuple[Floor, float]]]:
    """Workers → a studio that has measured its takes with so many, and the processor seconds that took."""
    made = {workers: Floor(tmp_path_factory.mktemp("measured"), workers=workers) for workers in (1, 2)}
    yield {workers: (floor, floor.measure()) for workers, floor in made.items()}
    for floor in made.values():
        floor.studio.close()


def test_the_same_bytes_give_the_same_evidence_on_one_worker_and_on_two(
    floors: dict[int, tuple[Floor, float]],
) -> None:
    one, two = (floor.evidence() for floor, _ in floors.values())
    assert {check for _, check in one} >= {"consistency", "technical"}
    assert len({content for content, _ in one}) == len(_TAKES)
    assert one == two


def test_a_second_run_of_unchanged_takes_costs_less_than_a_hundredth(
    floors: dict[int, tuple[Floor, float]],
) -> None:
    floor, first_s = floors[1]
    found = floor.evidence()
    again_s = min(floor.measure() for _ in range(3))
    assert floor.evidence() == found
    sys.stdout.write(f"\nfirst run {first_s:.2f} s, second {again_s:.4f} s: {again_s / first_s:.2%}\n")
    assert again_s < _ONE_PERCENT * first_s
