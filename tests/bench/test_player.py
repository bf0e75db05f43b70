"""How long from a key to its frame on the screen, and what 60 s of play leave out; `pytest -m bench -s`."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from tests.e2e.browser import ARGUMENTS, CHROMIUM, needs_browser
from tests.e2e.coded_takes import START, coded_takes

from circletake.domain.time import parse_rate

from .figures import tell

STEPS, JUMPS, PLAY_S, N_FRAMES = 100, 60, 60, 240

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1200), needs_browser]

# From the key's own time to the animation frame in which its number stands on the canvas.
_PROBE = """() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const probe = window.probe = { wanted: null, from: 0, times: [], wrong: 0 };
  const read = () => {
    const canvas = document.querySelector('[data-layer=A] canvas');
    const side = Math.round(canvas.height / 18);
    pen.canvas.width = side * 12; pen.canvas.height = 1;
    pen.drawImage(canvas, 0, side >> 1, side * 12, 1, 0, 0, side * 12, 1);
    const row = pen.getImageData(0, 0, side * 12, 1).data;
    let code = 0;
    for (let bit = 0; bit < 12; bit++) if (row[(bit * side + (side >> 1)) * 4 + 1] >= 128) code |= 1 << bit;
    return code;
  };
  let before = read();
  const look = now => {
    if (probe.wanted !== null) {
      const code = read();
      if (code === probe.wanted) { probe.times.push(performance.now() - probe.from); probe.wanted = null; }
      else if (code !== before) { probe.wrong += 1; }
      before = code;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener('keydown', event => {
    if (probe.next === undefined || !['ArrowRight', 'ArrowLeft', 'Enter'].includes(event.key)) return;
    before = read(); probe.from = event.timeStamp; probe.wanted = probe.next; probe.next = undefined;
  }, true);
}"""

_STOOD = """async () => {
  while (window.probe.wanted !== null || window.probe.next !== undefined)
    await new Promise(requestAnimationFrame);
}"""

_PLAYED = """async seconds => {
  const shown = () => [...document.querySelectorAll('[data-layer=A] video')]
    .find(one => one.style.visibility === 'visible');
  const videos = [...document.querySelectorAll('[data-layer=A] video')];
  const quality = () => videos.map(one => one.getVideoPlaybackQuality())
    .reduce((sum, one) => [sum[0] + one.droppedVideoFrames, sum[1] + one.totalVideoFrames], [0, 0]);
  const output = document.querySelector('output.frame');
  const [dropped, total] = quality();
  const told = [];
  const watch = new MutationObserver(() => told.push([performance.now(), Number(output.dataset.frame)]));
  watch.observe(output, { attributes: true, attributeFilter: ['data-frame'] });
  await new Promise(resolve => setTimeout(resolve, seconds * 1000));
  watch.disconnect();
  const [droppedAfter, totalAfter] = quality();
  return { told, dropped: droppedAfter - dropped, total: totalAfter - total, playing: !!shown() };
}"""


def percentiles(times: list[float]) -> str:
    found = sorted(times)
    return f"{found[len(found) // 2]:.0f} / {found[int(len(found) * 0.95)]:.0f} ms"


def press(page: Page, frame: int, act: str) -> None:
    """Press what leads to a frame, and wait until it stands."""
    page.evaluate("frame => { window.probe.next = frame }", frame)
    if act == "jump":
        page.keyboard.press("Control+g")
        page.get_by_label("Go to frame").fill(str(START + frame))
        page.keyboard.press("Enter")
    else:
        page.keyboard.press(act)
    page.evaluate(_STOOD)


def test_keys_steps_jumps_and_a_minute_of_play(tmp_path: Path) -> None:
    rows = ["| 1080p sources | p50 / p95 | wrong |", "|---|---|---|"]
    with (
        coded_takes(
            tmp_path, rate=parse_rate("24"), size_px=(1920, 1080), n_frames=N_FRAMES, takes=1
        ) as coded,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        coded.open(page, "#f=0&take=1")
        page.evaluate(_PROBE)
        page.wait_for_timeout(1500)
        for frame in range(1, STEPS + 1):
            press(page, frame, "ArrowRight")
        steps = page.evaluate("window.probe")
        rows.append(f"| {STEPS} steps, key to painted | {percentiles(steps['times'])} | {steps['wrong']} |")
        page.evaluate("() => { window.probe.times = []; window.probe.wrong = 0 }")
        for n in range(JUMPS):
            press(page, (n * 97 + 31) % N_FRAMES, "jump")
        jumps = page.evaluate("window.probe")
        rows.append(f"| {JUMPS} jumps, Enter to painted | {percentiles(jumps['times'])} | {jumps['wrong']} |")
        page.keyboard.press("Home")
        page.keyboard.press("Space")
        expect(page.locator("output.frame")).to_have_attribute("data-playing", "true")
        played = page.evaluate(_PLAYED, PLAY_S)
        browser.close()
    told = played["told"]
    skipped = sum((b[1] - a[1] - 1) for a, b in pairwise(told) if b[1] > a[1])
    seams = [b[0] - a[0] for a, b in pairwise(told) if b[1] < a[1]]
    rows += [
        "",
        (
            f"{PLAY_S} s of play, looped every {N_FRAMES / 24:g} s: the browser dropped "
            f"{played['dropped']} of {played['total']} frames; the counter "
            f"was told {len(told)} and skipped {skipped}."
        ),
        f"Last frame of the loop to its first: {', '.join(f'{one:.0f}' for one in seams)} ms of 42 ms each.",
    ]
    tell("player", "From a key to its frame", rows)
    assert played["playing"], json.dumps(played)[:500]
    assert steps["wrong"] == jumps["wrong"] == 0
