"""A take: one attempt, known by the SHA-256 of its exact content."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

Origin = Literal["camera", "drawn", "generated", "library", "splice", "sheet", "render", "policy"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
# How somebody had a part in a take; a policy may say which of these do not count where it is circled.
Relation = Literal["author", "prompter", "importer", "editor", "dispatcher", "owner"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
ChangeKind = Literal["new", "identical", "subrange", "upstream_only", "rework"]


@dataclass(frozen=True, slots=True)
class Task:
    """One entity at one stage.

    Args:
        id: `t_…`.
        production: `pr_…`.
        entity: `e_…`.
        stage: key of a stage of the policy.
    """

    id: str
    production: str
    entity: str
    stage: str


@dataclass(frozen=True, slots=True)
class Take:
    """One attempt at a task.

    Args:
        id: `k_…`.
        task: `t_…`.
        number: from 1, in order of arrival at its task.
        content: SHA-256 (hex) of the file, or of the canonical manifest that names files and ranges.
        makers: actors who may not be the fourth eye (author, prompter, importer, editor, dispatcher).
        origin: where it comes from.
        n_frames: frames decoded; 1 for a still, 0 for a sheet.
        rate: frames a second; None where there is no time.
        width_px: picture width.
        height_px: picture height.
        parent: take it was made from, with `change` saying how.
        leans: slot → content hash of the reference it was made against.
        label: a few words the maker gave.
        made_by: (relation, actor) pairs; empty where nobody said who had which part.
    """

    id: str
    production: str
    task: str
    number: int
    content: str
    makers: tuple[str, ...]
    origin: Origin
    n_frames: int
    rate: Fraction | None
    width_px: int
    height_px: int
    parent: str | None = None
    change: ChangeKind = "new"
    leans: dict[str, str] = field(default_factory=dict)
    label: str = ""
    seq: int = 0
    made_by: tuple[tuple[str, str], ...] = ()
