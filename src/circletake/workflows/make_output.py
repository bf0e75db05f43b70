"""Make a version of the film for a purpose, from the cut as it stands: never judged, always made again."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from circletake.cut.document import cut_document, edit_hash
from circletake.cut.presets import PRESETS, VERSION, Preset
from circletake.domain.cut import CutVersion
from circletake.domain.people import MAY
from circletake.domain.production import Production
from circletake.errors import ContentMissing, NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.ledger.book import Transaction
from circletake.ledger.canonical import canonical
from circletake.media.faults import writing
from circletake.work.job import job_key
from circletake.workflows.cut_book import get_cut
from circletake.workflows.house import House, Operation, require
from circletake.workflows.output_views import OutputsView, OutputView
from circletake.workflows.render_cut import check_filled, go_on


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A preset of one cut.

    Args:
        source: names what is seen and heard.
        recipe: names everything else that decides the file.
        names: content → what its take is called.
    """

    production: Production
    cut: CutVersion
    preset: Preset
    source: str
    recipe: str
    names: dict[str, str]


def outputs(house: House, who: Session, production: str) -> OutputsView:
    """What the cut as it stands can be made into, and what of it is made."""
    with house.book.reading() as conn:
        found, roles = require(conn, who, production, "see")
        cut = get_cut(conn, found.id)
        wanted = [_wanted(conn, found, cut, preset) for preset in PRESETS.values()]
    jobs = house.queue.find_all([_key(one) for one in wanted])
    return OutputsView(
        may_make=bool(roles & MAY["render"]),
        gaps=[slot.shot for slot in cut.slots if slot.take is None],
        making=[one.preset.name for one in wanted if (job := jobs.get(_key(one))) and job.is_open],
        outputs=[
            OutputView(one.preset.name, one.preset.label, _file_name(one), _find(house, one))
            for one in wanted
        ],
    )


def order_output(house: House, who: Session, production: str, preset: str) -> str | None:
    """Order a version of the film; one that was stopped or has failed goes on.

    Returns:
        The job's key, or None where exactly this is made already.

    Raises:
        NotFound: there is no preset of this name.
        GapOpen: names the shots that are missing.
        RoleMissing: the person may not render.
    """
    known = _preset(preset)
    with house.book.transact() as tx:
        found, _ = require(tx.conn, who, production, "render")
        wanted = _wanted(tx.conn, found, get_cut(tx.conn, found.id), known)
        check_filled(wanted.cut)
        if _find(house, wanted) is not None:
            return None
        key = _key(wanted)
        tx.enqueue(
            op=OUTPUT.name,
            args={
                "cut": cut_document(wanted.cut),
                "name": f"{found.title}, {known.label}",
                "names": wanted.names,
                "preset": known.name,
                "production": found.id,
                "recipe": wanted.recipe,
                "source": wanted.source,
            },
            lane=OUTPUT.lane,
            prio=OUTPUT.prio,
            key=key,
        )
    go_on(house, [key])
    return key


def output_file(house: House, who: Session, production: str, preset: str) -> tuple[Path, str]:
    """Where a version that is made lies, and what its file is called.

    Raises:
        NotFound: there is no preset of this name.
        ContentMissing: it is not made of the cut as it stands.
        RoleMissing: the person may not render.
    """
    known = _preset(preset)
    with house.book.reading() as conn:
        found, _ = require(conn, who, production, "render")
        wanted = _wanted(conn, found, get_cut(conn, found.id), known)
    content = _find(house, wanted)
    if content is None:
        raise ContentMissing(f"“{known.label}” is not made of the cut as it stands; make it first.")
    return house.store.path(content), _file_name(wanted)


def copy_output(house: House, who: Session, production: str, preset: str, path: Path) -> None:
    """Copy a version that is made to a place of the person's own.

    Raises:
        CircletakeError: as `output_file`.
        DiskFull: no room; no file is left.
    """
    source, _ = output_file(house, who, production, preset)
    with writing(path.name, path), source.open("rb") as made, path.open("wb") as copy:
        while block := made.read(1 << 20):
            copy.write(block)


def record(house: House, _: Transaction, args: dict[str, Any], result: dict[str, Any]) -> None:
    """Say where it is found."""
    house.queue.put_derived(str(args["source"]), str(args["recipe"]), str(result["content"]))


def _preset(name: str) -> Preset:
    if name not in PRESETS:
        raise NotFound(f"There is no version “{name}”; there are {', '.join(PRESETS)}.")
    return PRESETS[name]


def _key(wanted: _Wanted) -> str:
    params = {"production": wanted.production.id, "recipe": wanted.recipe}
    return job_key(OUTPUT.name, version=OUTPUT.version, params=params, inputs=[wanted.source])


def _wanted(conn: reads.Connection, production: Production, cut: CutVersion, preset: Preset) -> _Wanted:
    names = _names(conn, cut) if "take" in preset.burns else {}
    decides = {
        "v": VERSION,
        "preset": preset.name,
        "names": names,
        "start": cut.start,
        "drop": cut.drop,
    }
    recipe = f"output-{preset.name}-{hashlib.sha256(canonical(decides)).hexdigest()[:16]}"
    return _Wanted(production, cut, preset, edit_hash(cut), recipe, names)


def _names(conn: reads.Connection, cut: CutVersion) -> dict[str, str]:
    """What the takes of a cut are called in its pictures."""
    names: dict[str, str] = {}
    shots = {slot.shot for slot in cut.slots}
    for row in reads.tasks(conn, cut.production):
        if row.entity.code in shots:
            for take in reads.takes_of(conn, row.task.id):
                if take.content in cut.contents:
                    names[take.content] = f"take {take.number}"
    return names


def _find(house: House, wanted: _Wanted) -> str | None:
    content = house.queue.find_derived(wanted.source, wanted.recipe)
    return content if content is not None and house.store.has(content) else None


def _file_name(wanted: _Wanted) -> str:
    preset = wanted.preset
    return f"{wanted.production.code}-cut-{wanted.cut.number}-{preset.name}.{preset.ending}"


OUTPUT = operation = Operation(
    name="output",
    version=1,
    call="circletake.workflows.calls.render:output",
    label="Make {name}",
    record=record,
    prio=60,
    is_kept=False,
)
