"""Runs checks over one content in one decode pass."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import cast

import cv2

from circletake.checks.protocol import Check, CheckContext, KeepsCutouts, Measure, Samples
from circletake.domain.evidence import Evidence
from circletake.errors import ConfigInvalid, NotFound
from circletake.media.cutouts import Cutout
from circletake.media.listen import listen
from circletake.media.picture import Frame, Rgb
from circletake.media.source import Source
from circletake.plugins import find_members

# Frames that decoding may be ahead of a check: enough for a frame that is looked at twice as long.
_AHEAD = 8
_FAMILIES = ("circletake.checks.consistency", "circletake.checks.style", "circletake.checks.technical")


def find_checks() -> dict[str, Check]:
    """Find every check there is, by its name, in alphabetical order.

    Raises:
        ConfigInvalid: two members go by one name.
    """
    found: dict[str, Check] = {}
    for family in _FAMILIES:
        for member in find_members(family, "check").values():
            check = cast("Check", member)
            if check.name in found:
                raise ConfigInvalid(
                    f"Two checks are called “{check.name}”; uninstall the plugin that brings the second."
                )
            found[check.name] = check
    return dict(sorted(found.items()))


def get_check(name: str) -> Check:
    """Look a check up by its name.

    Raises:
        NotFound: there is none.
    """
    checks = find_checks()
    if name not in checks:
        raise NotFound(f"There is no check “{name}”; there are {', '.join(checks)}.")
    return checks[name]


def current_versions() -> dict[str, int]:
    """Version of every check: what counts as fresh evidence."""
    return {name: check.version for name, check in find_checks().items()}


def wanting_references(names: Iterable[str]) -> list[str]:
    """Those of some checks that measure against adopted sheets."""
    checks = find_checks()
    return [name for name in names if checks[name].wants_references]


def taking_boxes(names: Iterable[str]) -> list[str]:
    """Those of some checks that heed where people say that a character is."""
    checks = find_checks()
    # A stranger's check need not know of boxes.
    return sorted(name for name in names if getattr(checks.get(name), "takes_boxes", False))


def taking_encoder(names: Iterable[str]) -> list[str]:
    """Those of some checks that look through an image encoder where the studio names one."""
    checks = find_checks()
    return sorted(name for name in names if getattr(checks.get(name), "takes_encoder", False))


def shown(frame: Frame, long_side_px: int | None) -> Rgb:
    """A frame's colours at the size that a check asks for."""
    width, height = frame.width_px, frame.height_px
    longest = max(width, height)
    if long_side_px is None or longest <= long_side_px:
        return frame.rgb()
    scale = long_side_px / longest
    return frame.small_at(max(round(width * scale), 1), max(round(height * scale), 1))


class CheckListener:
    """Lets one check listen to a decode pass, on a thread of its own: the next frame is decoded meanwhile.

    A check sees its frames in order and one at a time, whatever the others do.
    """

    def __init__(self, check: Check, context: CheckContext) -> None:
        self._measure: Measure = check.begin(context)
        self._long_side_px = check.long_side_px
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=check.name)
        self._under_way: deque[Future[None]] = deque()
        self.evidence: Evidence | None = None
        self.cutouts: Mapping[str, Sequence[Cutout]] = {}

    def start(self, source: Source) -> None:  # noqa: ARG002 (every frame says where it is from)
        """Hear that decoding begins."""
        # OpenCV's own threads would be shared by the checks', and its results may depend on their number.
        cv2.setNumThreads(1)

    def frame(self, frame: Frame) -> None:
        """Hand the frame to the check at the size it asked for."""
        # Scaled here: scalers belong to the thread that decodes.
        self._later(self._measure.frame, frame.n, shown(frame, self._long_side_px), frame)

    def sound(self, samples: Samples, rate_hz: int) -> None:
        """Hand the samples to the check."""
        self._later(self._measure.sound, samples, rate_hz)

    def finish(self) -> None:
        """Close the measurement; the evidence is there from now on."""
        while self._under_way:
            self._under_way.popleft().result()
        self.evidence = self._thread.submit(self._measure.finish).result()
        self._thread.shutdown()
        if isinstance(self._measure, KeepsCutouts):
            self.cutouts = self._measure.cutouts

    def abandon(self) -> None:
        """Let the frame under way be the last."""
        self._thread.shutdown(cancel_futures=True)

    def _later(self, what: Callable[..., None], *told: object) -> None:
        while len(self._under_way) >= _AHEAD:
            self._under_way.popleft().result()
        self._under_way.append(self._thread.submit(what, *told))


def run_checks(
    source: Source,
    contexts: Mapping[str, CheckContext],
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Evidence]:
    """Run checks over one content, decoding it once.

    Args:
        source: what to measure, open.
        contexts: name of each check to run → what it is told.
        progress: called with frames done and frames in all.
        cancelled: asked between frames; True stops the pass.

    Returns:
        Name of the check → its evidence; checks that a cancelled pass left unfinished are not in it.

    Raises:
        NotFound: a name is no check's.
        ConfigInvalid: a context's params are not the check's.
    """
    listeners = {name: CheckListener(get_check(name), context) for name, context in contexts.items()}
    listen(source, list(listeners.values()), progress=progress, cancelled=cancelled)
    return {name: heard.evidence for name, heard in listeners.items() if heard.evidence is not None}
