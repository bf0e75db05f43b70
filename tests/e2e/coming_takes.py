"""Verdicts given by keys: when the next take's first frame stands, and what is asked for until then."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, Request

# From the key's own time to the animation frame in which another number stands on the canvas.
_PROBE = """() => {
  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const next = window.next = { armed: false, from: 0, before: 0, took: 0, code: 0 };
  const read = () => {
    const canvas = document.querySelector('[data-layer=A] canvas');
    if (!canvas) return next.before;
    const side = Math.round(canvas.height / 18);
    pen.canvas.width = side * 12; pen.canvas.height = 1;
    pen.drawImage(canvas, 0, side >> 1, side * 12, 1, 0, 0, side * 12, 1);
    const row = pen.getImageData(0, 0, side * 12, 1).data;
    let code = 0;
    for (let bit = 0; bit < 12; bit++)
      if (row[(bit * side + (side >> 1)) * 4 + 1] >= 128) code |= 1 << bit;
    return code;
  };
  const look = () => {
    if (next.armed) {
      const code = read();
      if (code !== next.before)
        Object.assign(next, { armed: false, took: performance.now() - next.from, code });
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener('keydown', event => {
    if (event.key === 'Enter') Object.assign(next, { armed: true, from: event.timeStamp, before: read() });
  }, true);
}"""
_STOOD = """async () => {
  const until = performance.now() + 30_000;
  while (window.next.armed && performance.now() < until) await new Promise(requestAnimationFrame);
  return window.next;
}"""
_RECORDED = """() => performance.getEntriesByType('resource')
  .filter(one => one.name.endsWith('/api/verdicts')).at(-1).duration"""
FRAME = re.compile(r"/media/([0-9a-f]{64})/frames/(\d+)\.jpg$")


@dataclass(frozen=True)
class Next:
    """What came of one verdict.

    Args:
        took_ms: from the key that records it to the next take's frame on the canvas.
        recorded_ms: of that, until the studio had answered.
        code: the number that then stood there.
        asked: addresses that were asked for after the key, in order.
    """

    took_ms: float
    recorded_ms: float
    code: int
    asked: tuple[str, ...]


def watch_verdicts(page: Page) -> None:
    """Begin to measure; once for each page that is loaded."""
    page.evaluate(_PROBE)


def judge(page: Page, key: str) -> Next:
    """Judge the take that is looked at, answering its flags, and see the next one stand."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.keyboard.press(key)
    if page.locator("[data-obstacle]").count() and page.locator("[data-answer]").count():
        page.keyboard.press("Shift+W")
    page.on("request", note)
    page.keyboard.press("Enter")
    stood = page.evaluate(_STOOD)
    assert not stood["armed"], "no other take came; is there an obstacle?"
    recorded_ms = page.evaluate(_RECORDED)
    page.remove_listener("request", note)
    return Next(stood["took"], recorded_ms, stood["code"], tuple(asked))
