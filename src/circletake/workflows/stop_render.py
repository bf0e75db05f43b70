"""Stop a render and whatever helps it; what was encoded stays for the next one."""

from collections.abc import Collection, Mapping, Sequence

from circletake.cut.document import read_cut
from circletake.domain.people import MAY
from circletake.errors import NotFound
from circletake.ledger import reads
from circletake.ledger.accounts import Session
from circletake.work.job import Job
from circletake.workflows.encode_shots import hand_keys
from circletake.workflows.house import House, require
from circletake.workflows.make_output import OUTPUT
from circletake.workflows.render_cut import RENDER

_RENDERS = frozenset({RENDER.name, OUTPUT.name})


def stop_render(house: House, who: Session, key: str) -> Job:
    """Stop a render or a version that is being made, and the hands that encode shots for it.

    Args:
        key: of its job; one that is over stays as it is.

    Raises:
        NotFound: there is no such render in a production of theirs.
        RoleMissing: the person may not render.
    """
    job = house.queue.find(key)
    with house.book.reading() as conn:
        mine = {one.id: one.code for one in reads.productions(conn)}
        code = mine.get(str(job.args.get("production"))) if job and job.op in _RENDERS else None
        if job is None or code is None:
            raise NotFound("There is no such render; the list of jobs shows those that there are.")
        require(conn, who, code, "render")
    for found in house.queue.find_all([key, *_helping(job)]).values():
        house.queue.cancel(found.key)
    return house.queue.get(key)


def _helping(job: Job) -> list[str]:
    cut = job.args.get("cut")
    if job.op != RENDER.name or not isinstance(cut, Mapping):
        return []
    return hand_keys(read_cut(cut), order=job.key)


def stoppable(house: House, who: Session, jobs: Sequence[Job]) -> Collection[str]:
    """Keys of those of some jobs that this person may stop now."""
    renders = [job for job in jobs if job.op in _RENDERS and job.is_open and not job.cancel]
    if not renders:
        return ()
    with house.book.reading() as conn:
        theirs = {
            production.id
            for production in reads.productions(conn)
            if reads.roles_of(conn, production.id, str(who.person)) & MAY["render"]
        }
    return {job.key for job in renders if job.args.get("production") in theirs}
