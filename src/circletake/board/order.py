"""The order of scenes and panels, where a file and people have both had their say."""

from collections.abc import Callable, Collection, Mapping, Sequence

from circletake.domain.board import Board, Scene


def merged_scenes(
    old: Sequence[Scene], new: Sequence[Scene], *, without: Collection[str] = ()
) -> list[Scene]:
    """Scenes in the order of the file; those that it does not have stay behind those they stood behind.

    Args:
        old: of the board.
        new: of the file.
        without: ids of scenes that leave.
    """
    merged = list(new)
    known = {scene.id for scene in new}
    before: str | None = None
    for scene in old:
        if scene.id not in known and scene.id not in without:
            at = next((n for n, one in enumerate(merged) if one.id == before), -1)
            merged.insert(at + 1, scene)
        if scene.id not in without:
            before = scene.id
    return merged


def placed(
    before: Board,
    scenes: Sequence[Scene],
    told: Mapping[str, Sequence[str]],
    *,
    removed: Collection[str],
    panel_scene: Callable[[str], str],
) -> list[str]:
    """Uids of all panels, in order.

    Where the file has its panels in the same order as when it was last read, the board's order stands.

    Args:
        before: the board as it is.
        scenes: in their new order.
        told: scene id → uids in the order of the file.
        removed: uids that leave.
        panel_scene: uid → id of its scene.
    """
    old = {panel.uid: panel for panel in before.panels}
    line = [uid for uid in old if uid not in removed]
    for uids in told.values():
        kept = [uid for uid in uids if uid in old]
        was = [int(old[uid].came.get("order", "0") or 0) for uid in kept]
        if was != sorted(was):
            places = sorted(line.index(uid) for uid in kept)
            for place, uid in zip(places, kept, strict=True):
                line[place] = uid
    ranks = {scene.id: rank for rank, scene in enumerate(scenes)}
    were = {scene.id: rank for rank, scene in enumerate(before.scenes)}
    old_ranks = [were.get(panel_scene(uid), -1) for uid in line]
    if old_ranks == sorted(old_ranks):  # nobody cut scenes into each other: they go where the script has them
        line.sort(key=lambda uid: ranks.get(panel_scene(uid), len(ranks)))
    for scene in scenes:
        after: str | None = None
        for uid in told.get(scene.id, ()):
            if uid not in old:
                line.insert(_place(line, scene.id, after, ranks, panel_scene), uid)
            after = uid
    return line


def _place(
    line: Sequence[str],
    scene: str,
    after: str | None,
    ranks: Mapping[str, int],
    panel_scene: Callable[[str], str],
) -> int:
    """Where a new panel goes: behind the one before it, else heading its scene, else behind earlier ones."""
    if after is not None:
        return line.index(after) + 1
    own = [at for at, uid in enumerate(line) if panel_scene(uid) == scene]
    if own:
        return own[0]
    earlier = [at for at, uid in enumerate(line) if ranks.get(panel_scene(uid), -1) < ranks[scene]]
    return earlier[-1] + 1 if earlier else 0
