"""A served studio whose takes say their own frame numbers, and a reader of what stands on the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from playwright.sync_api import Page, expect

from circletake.config import Config
from circletake.domain.people import PersonId
from circletake.gates.policy import policy_dict, read_policy, shipped
from circletake.ledger import reads
from circletake.media.coded import write_coded
from circletake.media.frames import read_rgb
from circletake.media.picture import Rgb
from circletake.studio import Studio

from .conftest import serving

SLOW_MS = 60_000
START = 1001
"""Label of the first frame."""
HANDLE = 6
"""How many frames a take has before and after those that its shot wants."""
N_FRAMES = 60
"""How many frames a take has, unless somebody asks for more."""
APART = 1000
"""How much more each next take's first frame says."""

_READ = """(selector) => {
  const shown = document.querySelector(selector);
  const canvas = document.createElement('canvas');
  const width = shown.videoWidth || shown.width, height = shown.videoHeight || shown.height;
  canvas.width = width; canvas.height = height;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(shown, 0, 0);
  const side = Math.round(height / 18);
  const row = pen.getImageData(0, Math.floor(side / 2), side * 12, 1).data;
  let code = 0;
  for (let bit = 0; bit < 12; bit++) if (row[(bit * side + (side >> 1)) * 4 + 1] >= 128) code |= 1 << bit;
  return code;
}"""


@dataclass(frozen=True)
class Coded:
    """The studio, its address and the task whose takes are coded."""

    studio: Studio
    url: str
    task: str

    def open(self, page: Page, place: str = "") -> None:
        """Sign leo in and open the task on the desk."""
        page.set_default_timeout(SLOW_MS)
        page.goto(f"{self.url}/link/{self.studio.make_link('leo')}")
        page.goto(f"{self.url}/t/{self.task}{place}")
        expect(page.locator(".picture")).to_have_attribute("data-drawn", r"0", timeout=SLOW_MS)


def number_frames(studio: Studio, founder: PersonId) -> None:
    """Put a policy in force under which frames are numbered from START."""
    policy = read_policy({**policy_dict(shipped()), "frames": {"start": START}})
    with studio.house.book.transact() as tx:
        found = reads.find_production(tx.conn, "spring")
        assert found is not None
        body = {"hash": policy.hash, "policy": policy_dict(policy)}
        tx.append("policy", actor=founder, body=body, production=found.id)


@contextmanager
def coded_takes(
    folder: Path,
    *,
    rate: Fraction = Fraction(30000, 1001),
    size_px: tuple[int, int] = (480, 270),
    n_frames: int = N_FRAMES,
    takes: int = 2,
    shots: int = 1,
) -> Iterator[Coded]:
    """Serve a production whose takes say their frames, each take from another number on.

    Args:
        takes: of each shot.
        shots: whose tasks follow one another; the first one's is opened.
    """
    with Studio.create(folder / "studio", config=Config(workers=1)) as studio:
        people = {}
        for name in ("ana", "leo", "arti"):
            studio.add_person(name)
            people[name] = studio.session_of(studio.sign_in_by_link(studio.make_link(name)))
        ana = people["ana"]
        studio.new_production(
            ana, code="spring", title="Spring", rate=rate, width_px=size_px[0], height_px=size_px[1]
        )
        number_frames(studio, ana.person)
        for name, role in (("leo", "lead"), ("arti", "artist")):
            studio.set_role(ana, "spring", person=name, role=role)
        for shot in range(shots):
            code = f"SH{10 * (shot + 1):03}"
            studio.add_shot(
                ana, "spring", code=code, title="", frames=n_frames - 2 * HANDLE, source_class="drawn"
            )
            for take in range(takes):
                path = folder / f"take{take}.mp4"
                first = APART * take + n_frames * shot
                write_coded(
                    path, rate=rate, n_frames=n_frames, width_px=size_px[0], height_px=size_px[1], first=first
                )
                studio.add_take(people["arti"], "spring", shot=code, stage="animation", path=path)
        failed = [job for job in studio.run_jobs() if job.state == "failed"]
        assert not failed
        task = studio.find_task(people["leo"], "spring", "SH010", "animation")
        with serving(studio) as (_, url):
            yield Coded(studio, url, task)


def seen(page: Page, selector: str = ".picture") -> Rgb:
    """What is really painted, but for the bars over it: uint8 [height, width, 3] of the screen."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    for bar in page.get_by_role("toolbar").all():
        bar.evaluate("bar => (bar.style.opacity = 0)")
    shot = page.screenshot(clip=box)
    for bar in page.get_by_role("toolbar").all():
        bar.evaluate("bar => (bar.style.opacity = '')")
    return read_rgb(shot)


def code_on(page: Page, layer: str = "A") -> int:
    """The number that stands on a layer's canvas."""
    return int(page.evaluate(_READ, f"[data-layer={layer}] canvas"))
