"""What an approval leaned on, and what goes stale when that changes.

A *slot* holds the content that others lean on: `sheet:<code>` a model sheet or a style bible,
`take:<CODE>/<stage>` an approved take, `cut` the edit that a master is rendered from, `seam:<place>/<ends>`
what stands beside a splice in the cut. A slot is filled by
the task whose take it holds, so leans make a graph over tasks; a graph that comes back to where it began
is refused.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

CauseKind = Literal["upstream", "upstream_lost", "policy", "consent", "source"]
CAUSE_KINDS: tuple[CauseKind, ...] = get_args(CauseKind)

CUT_SLOT = "cut"
DESIGN = "design"
SHEET_KINDS = ("character", "style")
"""Entities whose design is a sheet of pictures that takes are measured against."""
_SHEET, _TAKE, _SEAM = "sheet:", "take:", "seam:"


@dataclass(frozen=True, slots=True)
class Lost:
    """A slot whose adopted content no longer passes its own gates.

    Args:
        root: the slot where it began: this one, or one that it leans on in turn.
        why: what broke there, a sentence.
    """

    slot: str
    root: str
    why: str


@dataclass(frozen=True, slots=True)
class StaleCause:
    """One thing that an approval leaned on and that no longer is as it was.

    Args:
        slot: what was leaned on; the gate's label where the policy is the cause.
        leaned_on: content (or gate hash) as it was.
        adopted: what stands there now; None where the slot was emptied.
        kind: `upstream` another reference was adopted, `upstream_lost` the reference no longer passes,
            `source` the cut it was made from changed, `policy` the gate changed, `consent` a permission
            ended.
        root: slot at which an `upstream_lost` began.
        why: what broke there; for `consent`, which permission.
    """

    slot: str
    leaned_on: str
    adopted: str | None
    kind: CauseKind = "upstream"
    root: str = ""
    why: str = ""

    @property
    def sentence(self) -> str:
        """The cause, for a person."""
        moved = f"({self.leaned_on[:8]} → {(self.adopted or '')[:8]})"
        if self.kind == "policy":
            return f"{self.slot} itself was changed after this was circled."
        if self.kind == "consent":
            return f"A permission that {self.slot} needs has ended: {self.why}"
        if self.kind == "upstream_lost":
            through = "" if self.root == self.slot else f" because of {self.root}"
            return f"{self.slot} no longer passes its own gates{through}: {self.why}"
        if self.kind == "source":
            return f"The cut it was made from was changed {moved} after this was approved."
        what = "What stands beside it in the cut" if self.slot.startswith(_SEAM) else self.slot
        if self.adopted is None:
            return f"{what} was withdrawn after this was approved."
        return f"{what} changed {moved} after this was approved."


def stale_causes(
    leaned: Mapping[str, str], adopted: Mapping[str, str], lost: Mapping[str, Lost] | None = None
) -> list[StaleCause]:
    """Slots whose adopted content differs from what was leaned on, or no longer passes.

    >>> stale_causes({"sheet:dog": "aa"}, {"sheet:dog": "bb"})[0].adopted
    'bb'
    >>> gone = {"sheet:dog": Lost("sheet:dog", root="sheet:dog", why="It was vetoed.")}
    >>> stale_causes({"sheet:dog": "aa"}, {"sheet:dog": "aa"}, gone)[0].sentence
    'sheet:dog no longer passes its own gates: It was vetoed.'
    """
    causes: list[StaleCause] = []
    for slot, content in sorted(leaned.items()):
        now = adopted.get(slot)
        if now != content:
            kind: CauseKind = "source" if slot == CUT_SLOT else "upstream"
            causes.append(StaleCause(slot=slot, leaned_on=content, adopted=now, kind=kind))
        if lost and now is not None and slot in lost:
            gone = lost[slot]
            causes.append(
                StaleCause(
                    slot=slot,
                    leaned_on=content,
                    adopted=now,
                    kind="upstream_lost",
                    root=gone.root,
                    why=gone.why,
                )
            )
    return causes


def sheet_slot(character: str) -> str:
    """Name of the slot that holds a character's adopted model sheet, or the adopted style bible."""
    return f"{_SHEET}{character}"


def seam_slot(slot: str, joins: str) -> str:
    """Name of the slot that holds what stands beside a place in the cut; splices lean on it.

    Args:
        slot: id of the place.
        joins: at which of its ends the action goes on.

    >>> seam_slot("s_1a2b", "both")
    'seam:s_1a2b/both'
    """
    return f"{_SEAM}{slot}/{joins}"


def take_slot(code: str, stage: str) -> str:
    """Name of the slot that holds the adopted take of an entity at a stage.

    >>> take_slot("SH010", "animation")
    'take:SH010/animation'
    """
    return f"{_TAKE}{code}/{stage}"


def slot_of(kind: str, code: str, stage: str) -> str:
    """Name of the slot that a take at a stage is adopted into: the design of a character or style is a sheet.

    >>> slot_of("character", "dog", "design"), slot_of("style", "bible", "design")
    ('sheet:dog', 'sheet:bible')
    """
    return sheet_slot(code) if kind in SHEET_KINDS and stage == DESIGN else take_slot(code, stage)


def source_of(slot: str) -> tuple[str, str] | None:
    """Code and stage of the task that fills a slot; None where no task does, as with the cut.

    >>> source_of("take:SH010/animation"), source_of("sheet:dog"), source_of("cut")
    (('SH010', 'animation'), ('dog', 'design'), None)
    """
    if slot.startswith(_SHEET):
        return slot.removeprefix(_SHEET), DESIGN
    code, slash, stage = slot.removeprefix(_TAKE).rpartition("/")
    return (code, stage) if slot.startswith(_TAKE) and slash and code and stage else None


def find_circle(task: str, onto: Iterable[str], leans_of: Callable[[str], Iterable[str]]) -> list[str] | None:
    """The way from a task over what it would lean on back to itself, or None where there is none.

    Args:
        task: what would lean.
        onto: tasks that it would lean on.
        leans_of: tasks that a task leans on already.

    Returns:
        The tasks along the way, the first and the last the same; a shortest one.

    >>> leans = {"b": ["c"], "c": ["a"]}
    >>> find_circle("a", ["b"], lambda one: leans.get(one, []))
    ['a', 'b', 'c', 'a']
    """
    came_from: dict[str, str] = dict.fromkeys(sorted(set(onto)), task)
    waiting = list(came_from)
    for one in waiting:  # grows while it is walked: breadth first
        if one == task:
            way = [task]
            while (before := came_from[way[-1]]) != task:
                way.append(before)
            return [task, *reversed(way[1:]), task] if len(way) > 1 else [task, task]
        for next_one in sorted(set(leans_of(one))):
            if next_one not in came_from:
                came_from[next_one] = one
                waiting.append(next_one)
    return None
