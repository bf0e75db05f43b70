"""A verdict: one person's recorded call on exact content at a gate, and why."""

from dataclasses import dataclass
from typing import Literal, get_args

from circletake.domain.time import FrameRange
from circletake.errors import VerdictInvalid

Value = Literal[-2, -1, 0, 1, 2]
VALUES: dict[str, Value] = {"veto": -2, "concern": -1, "seen": 0, "fine": 1, "circled": 2}
VALUE_NAMES: dict[int, str] = {value: name for name, value in VALUES.items()}
MEANING: dict[int, str] = {
    -2: "must not be used",
    -1: "another take, please",
    0: "looked at",
    1: "would do",
    2: "this one: approved at this gate",
}

Severity = Literal["fyi", "issue", "blocker"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Disposition = Literal["fix", "waive", "best_possible", "not_a_fault", "kill"]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)

Polarity = Literal["+", "-", "both"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason code.

    Args:
        code: `family.word`, stable.
        key: the two keystrokes that pick it: the family's digit, then a letter unique in the family.
        label: as shown.
    """

    code: str
    key: str
    label: str


def _family(digit: int, name: str, words: dict[str, tuple[str, str]]) -> dict[str, Reason]:
    return {
        f"{name}.{word}": Reason(code=f"{name}.{word}", key=f"{digit}{letter}", label=label)
        for word, (letter, label) in words.items()
    }


REASON_FAMILIES: tuple[tuple[int, str, str], ...] = (
    (1, "character", "Character"),
    (2, "style", "Style"),
    (3, "motion", "Motion"),
    (4, "camera", "Camera"),
    (5, "story", "Story"),
    (6, "performance", "Performance"),
    (7, "technical", "Technical"),
    (8, "rights", "Rights"),
    (9, "brand", "Brand and safety"),
)

# Source: the error vocabularies of Netflix Asset QC and of animation retake sheets, reduced to what
# one keystroke can tell apart.
REASONS: dict[str, Reason] = {
    **_family(
        1,
        "character",
        {
            "off_model": ("o", "off model"),
            "face": ("f", "face is wrong"),
            "anatomy": ("a", "anatomy"),
            "costume": ("c", "costume or markings"),
            "identity": ("i", "somebody else"),
        },
    ),
    **_family(
        2,
        "style",
        {
            "off_style": ("s", "not our style"),
            "palette": ("p", "palette"),
            "line": ("l", "line"),
            "texture": ("t", "texture"),
            "light": ("i", "light"),
            "generic": ("g", "generic"),
        },
    ),
    **_family(
        3,
        "motion",
        {
            "physics": ("p", "physics"),
            "flicker": ("f", "flicker"),
            "timing": ("t", "timing"),
            "morph": ("m", "morphs"),
            "dead": ("d", "dead"),
        },
    ),
    **_family(
        4,
        "camera",
        {
            "framing": ("f", "framing"),
            "eyeline": ("e", "eyeline"),
            "move": ("m", "camera move"),
            "unclear": ("u", "unclear"),
        },
    ),
    **_family(
        5,
        "story",
        {
            "continuity": ("c", "continuity"),
            "screen_direction": ("d", "screen direction"),
            "beat": ("b", "misses the beat"),
            "pace": ("p", "pace"),
            "intent": ("i", "serves the intent"),
        },
    ),
    **_family(
        6,
        "performance",
        {
            "acting": ("a", "acting"),
            "lip_sync": ("l", "lip sync"),
            "read": ("r", "the read"),
            "pronunciation": ("p", "pronunciation"),
            "wording": ("w", "wording"),
        },
    ),
    **_family(
        7,
        "technical",
        {
            "artifact": ("a", "artefact"),
            "soft": ("s", "soft"),
            "colour": ("c", "colour"),
            "frames": ("f", "frames"),
            "audio": ("u", "audio"),
            "seam": ("e", "the seam shows"),
        },
    ),
    **_family(
        8,
        "rights",
        {
            "consent": ("c", "consent"),
            "likeness": ("l", "likeness"),
            "third_party": ("t", "third party"),
            "origin": ("o", "origin unclear"),
        },
    ),
    **_family(
        9,
        "brand",
        {
            "brand": ("b", "off brand"),
            "claim": ("c", "claim"),
            "sensitive": ("s", "sensitive"),
            "flashing": ("f", "flashing"),
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A live or past verdict as the book holds it.

    Args:
        seq: its entry in the book.
        person: pseudonym `p_…`; machines hold none, by type and by table.
        task: what was judged for.
        content: SHA-256 of what was judged.
        gate: key of the gate.
        value: −2 veto … +2 circled.
        answers: ids of flagged evidence that this verdict answers.
        upstream: slot → content adopted when the person looked.
        scores_hidden: given without having seen what others said there or what was measured.
    """

    seq: int
    at: str
    person: str
    task: str
    content: str
    gate: str
    value: int
    reasons: tuple[str, ...] = ()
    severity: Severity = "issue"
    disposition: Disposition = "fix"
    ranges: tuple[FrameRange, ...] = ()
    answers: tuple[str, ...] = ()
    upstream: tuple[tuple[str, str], ...] = ()
    gate_hash: str = ""
    policy: str = ""
    note: str | None = None
    scores_hidden: bool = False


def value_of(name: str | int) -> Value:
    """Read a verdict's value by name or number.

    >>> value_of("circled")
    2

    Raises:
        VerdictInvalid: there is no such value.
    """
    if isinstance(name, int):
        if name in VALUE_NAMES:
            return VALUES[VALUE_NAMES[name]]
    elif name in VALUES:
        return VALUES[name]
    raise VerdictInvalid(f"“{name}” is no verdict; say one of {', '.join(VALUES)}.")


def checked_reasons(codes: list[str]) -> tuple[str, ...]:
    """Reason codes as given, once each, if every one exists.

    Raises:
        VerdictInvalid: names the code there is not, and its family's codes.
    """
    for code in codes:
        if code not in REASONS:
            family = code.split(".", maxsplit=1)[0]
            near = [known for known in REASONS if known.startswith(family + ".")] or sorted(REASONS)
            raise VerdictInvalid(f"“{code}” is no reason; say one of {', '.join(near)}.")
    return tuple(dict.fromkeys(codes))
