"""How long a watched folder takes for a thousand files that come in bursts."""

import shutil
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from circletake.config import Config
from circletake.studio import Studio

pytestmark = pytest.mark.bench

SHOTS, BURSTS, BURST = 40, 20, 50


def test_a_thousand_files_in_bursts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    with Studio.create(tmp_path / "studio", config=Config(workers=1)) as studio:
        studio.add_person("ana")
        ana = studio.session_of(studio.sign_in_by_link(studio.make_link("ana")))
        studio.new_production(
            ana, code="spring", title="Spring", rate=Fraction(24), width_px=96, height_px=64
        )
        for n in range(SHOTS):
            studio.add_shot(ana, "spring", code=f"SH{n:03}", title="", frames=24, source_class="drawn")
        watch = studio.watch_folder(ana, "spring", stage="animation", folder=folder)
        ended: Counter[str] = Counter()
        spent_s = 0.0
        for burst in range(BURSTS + 4):
            for n in range(burst * BURST, (burst + 1) * BURST) if burst < BURSTS else ():
                picture = np.zeros((64, 96, 3), np.uint8)
                picture[0, 0] = (n & 255, n >> 8, 3)
                assert cv2.imwrite(str(folder / f"SH{n % SHOTS:03}_{n:04}.png"), picture)
            with (folder / "SH000_slow.png").open("ab") as slow:
                slow.write(b"\x89PNG\r\n\x1a\n" if burst == 0 else b"x" * (burst < BURSTS))
            if burst == 5:
                (folder / "SH001_0001.png").rename(folder / "SH001_renamed.png")
                shutil.copy2(folder / "SH002_0002.png", folder / "SH002_copy.png")
            began = time.monotonic()
            ended.update(row.state for row in watch.poll().came)
            spent_s += time.monotonic() - began
        began = time.monotonic()
        watch.poll()
        idle_s = time.monotonic() - began
        watch.close()
    with capsys.disabled():
        print(f"\n{BURSTS * BURST} files: {spent_s:.1f} s, {1000 * idle_s:.0f} ms for a look at nothing new")  # noqa: T201 (a bench prints)
    assert ended == {"taken": BURSTS * BURST, "again": 2, "refused": 1}
