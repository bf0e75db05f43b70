"""An import before anybody took it: the board as it would be, and each change in a sentence.

What a file says is compared with what it said before, not with the board: what people changed on the board
stands until the file itself says something else.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from circletake.board.document import said_hash, script_bytes, script_hash
from circletake.board.imported import FoundPanel, FoundScene, FoundShot, Imported
from circletake.board.match import How, Matched, match_scenes
from circletake.board.order import merged_scenes, placed
from circletake.board.planned import Change, Known, Plan, Sort
from circletake.board.spell import shot_code, uid_for
from circletake.domain.board import Board, BoardShot, Cue, Panel, Scene, frames_of
from circletake.domain.time import format_rate

USUAL_MS = Fraction(2000)
_ORDER = "order"


def plan_import(board: Board | None, imported: Imported, known: Known) -> Plan:
    """Work out what an import would do; nothing is done.

    Raises:
        BoardInvalid: an answer names a scene that is not there.
    """
    before = board or Board(known.production, 0, known.rate)
    matched = match_scenes(before.scenes, imported.scenes, told=known.told)
    making = _Making(before, imported, known, matched)
    after = making.board()
    script = imported.script
    name = script_hash(script) if script else before.script
    if name != before.script:
        making.say("script", "", "The script is another one." if before.script else "There is a script now.")
    return Plan(
        board=replace(after, script=name),
        changes=tuple(making.changes),
        drawn=making.drawn,
        matched=matched,
        script=script_bytes(script) if script else None,
        said=tuple(dict.fromkeys([warned.sentence for warned in imported.warnings] + making.said)),
        asks=imported.asks,
        sounds=tuple(
            sorted(
                {
                    one.path
                    for panel in imported.panels
                    for one in panel.sounds
                    if one.path and one.path in known.digests
                }
            )
        ),
    )


class _Making:
    """The next version of a board, as it is put together."""

    def __init__(self, before: Board, imported: Imported, known: Known, matched: Matched) -> None:
        self._before = before
        self._imported = imported
        self._known = known
        self._matched = matched
        self._old = {panel.uid: panel for panel in before.panels}
        self._dropped = {panel.uid: panel for panel in before.dropped}
        self._uids = {*self._old, *self._dropped}
        self._ids = {scene.id for scene in before.scenes}
        self._codes = {shot.code for shot in before.shots} | set(known.codes)
        self._shots = {shot.id: shot for shot in before.shots}
        self._panels: dict[str, Panel] = {}
        self.changes: list[Change] = []
        self.drawn: dict[str, FoundPanel] = {}
        self.said: list[str] = []
        if imported.rate is not None and imported.rate != known.rate:
            self.said.append(
                f"The file counts at {format_rate(imported.rate)} frames a second and the production at "
                f"{format_rate(known.rate)}; its lengths in seconds are kept."
            )

    def say(self, sort: Sort, what: str, text: str) -> None:
        """Note a change."""
        self.changes.append(Change(sort, what, text))

    def board(self) -> Board:
        """The version as the file would have it."""
        gone = set(self._matched.gone) if self._known.drops else set[str]()
        found = [self._scene(at, scene) for at, scene in enumerate(self._imported.scenes)]
        scenes = merged_scenes(self._before.scenes, [scene for scene, _ in found], without=gone)
        for scene in self._before.scenes:
            if scene.id in self._matched.gone:
                kept = "leaves the board" if scene.id in gone else "stays on the board"
                self.say("scene_gone", scene.id, f"Scene {_named(scene)} is not in the file; it {kept}.")
        for scene, told in found:
            self._shots_of(scene, told)
        removed = self._removed(found, gone)
        order = {
            scene.id: [uid for uid in self._panels if self._scene_of(uid) == scene.id] for scene, _ in found
        }
        line = placed(self._before, scenes, order, removed=removed, panel_scene=self._scene_of)
        if [uid for uid in line if uid in self._old] != [
            uid for uid in self._before_line() if uid not in removed
        ]:
            self.say("order", "", "Panels stand in another order.")
        panels = tuple(self._panels.get(uid) or self._old[uid] for uid in line)
        shots = [shot for shot in self._shots.values() if shot.scene not in gone]
        firsts = {panel.shot: at for at, panel in reversed(list(enumerate(panels)))}
        shots.sort(key=lambda shot: firsts.get(shot.id, len(panels)))
        return Board(
            self._before.production,
            self._before.number + 1,
            self._before.rate,
            tuple(scenes),
            tuple(shots),
            panels,
            dropped=tuple(
                panel for panel in self._before.dropped if self._shots[panel.shot].scene not in gone
            ),
        )

    def _before_line(self) -> list[str]:
        return [panel.uid for panel in self._before.panels]

    def _scene_of(self, uid: str) -> str:
        panel = self._panels.get(uid) or self._old[uid]
        return self._shots[panel.shot].scene

    def _scene(self, at: int, found: FoundScene) -> tuple[Scene, FoundScene]:
        """A scene as it is from now on."""
        pair: tuple[str, How] | None = self._matched.pairs.get(at)
        if pair is None:
            named = found.id if found.id and found.id not in self._ids else ""
            scene_id = named or self._minted(at, found)
            self._ids.add(scene_id)
            made = Scene(scene_id, plain(found.number), plain(found.slugline), found.eighths, found.gist)
            unsure = any(one.place == at + 1 for one in self._matched.unsure)
            self.say(
                "scene_new", made.id, f"Scene {_named(made)} is {'not known again' if unsure else 'new'}."
            )
            return made, found
        was = next(scene for scene in self._before.scenes if scene.id == pair[0])
        # a board says less of its scene than the script does: it renames none
        is_told = self._imported.script is not None or was.slugline == "" or self._before.script is None
        now = replace(
            was,
            number=plain(found.number) or was.number,
            slugline=plain(found.slugline) if is_told else was.slugline,
            eighths=found.eighths or was.eighths,
            gist=found.gist if is_told else was.gist,
        )
        if now.number != was.number:
            self.say("scene_renumbered", was.id, f"Scene {was.number or '–'} is scene {now.number} now.")
        if now.slugline != was.slugline:
            self.say("scene_renamed", was.id, f"“{was.slugline}” is “{now.slugline}” now.")
        return now, found

    def _minted(self, at: int, found: FoundScene) -> str:
        number = "".join(letter for letter in plain(found.number) if letter.isalnum()) or str(at + 1)
        taken = {scene.rsplit("-", 1)[-1] for scene in self._ids}
        return f"{number}-{uid_for(self._known.production, found.slugline, str(at), taken=taken)}"

    def _shots_of(self, scene: Scene, found: FoundScene) -> None:
        """Shots of a scene with their panels, as the file has them."""
        panels = [panel for shot in found.shots for panel in shot.panels]
        lengths = frames_of([panel.length_ms or USUAL_MS for panel in panels], self._before.rate)
        known = self._known_again(scene, found.shots)
        claimed: set[str] = set()
        at = 0
        for shot in found.shots:
            uids = [known[at + n] for n in range(len(shot.panels))]
            at += len(uids)
            if uids and all(uid in self._dropped for uid in uids):
                continue
            kept = self._shot(scene, shot, [uid for uid in uids if uid not in self._dropped], claimed)
            claimed.add(kept.id)
            for n, (panel, uid) in enumerate(zip(shot.panels, uids, strict=True), start=at - len(uids)):
                if uid not in self._dropped:
                    self._panel(panel, uid, kept, lengths[n], n)

    def _known_again(self, scene: Scene, shots: Sequence[FoundShot]) -> list[str | None]:
        """Uids of panels that are on the board: by their own, by their file's name, by their picture."""
        both = (*self._before.panels, *self._before.dropped)
        here = [panel for panel in both if self._shots[panel.shot].scene == scene.id]
        elsewhere = {panel.uid for panel in both} - {panel.uid for panel in here}
        found: list[str | None] = []
        told = [(shot, panel) for shot in shots for panel in shot.panels]
        free = {panel.uid: panel for panel in here if panel.uid not in self._panels}
        for _, panel in told:
            uid = panel.key if panel.key in free else None
            if uid is None and panel.key in elsewhere and panel.key not in self._panels:
                uid = panel.key  # its scene is another one now
            found.append(uid)
            free.pop(uid or "", None)
        for at, (shot, panel) in enumerate(told):
            if found[at] is None and not panel.key:
                named = [
                    uid
                    for uid, old in free.items()
                    if old.expected == plain(panel.expected)
                    and panel.expected
                    and (not shot.code or self._shots[old.shot].code == shot.code)
                ]
                found[at] = named[0] if len(named) == 1 else None
                free.pop(found[at] or "", None)
        pictures = [self._said(panel)["picture"] for _, panel in told]
        for at, (_, panel) in enumerate(told):
            same = [
                uid for uid, old in free.items() if old.came.get("picture") == pictures[at] and panel.layers
            ]
            twins = [n for n, uid in enumerate(found) if uid is None and pictures[n] == pictures[at]]
            if found[at] is None and not panel.key and len(same) == len(twins) == 1:
                found[at] = same[0]
                free.pop(same[0])
        for at, (_, panel) in enumerate(told):
            if (
                found[at] is None and not panel.key
            ):  # of which the file says exactly what it said, in its place
                came = {**self._said(panel), _ORDER: str(at)}
                found[at] = next((uid for uid, old in free.items() if old.came == came), None)
                free.pop(found[at] or "", None)
        return found

    def _shot(
        self, scene: Scene, found: FoundShot, uids: Sequence[str | None], claimed: set[str]
    ) -> BoardShot:
        """The shot that most of these panels were in, or the one of this code, or a new one."""
        were = [self._old[uid].shot for uid in uids if uid is not None]
        were = [shot for shot in were if shot not in claimed]
        coded = [shot.id for shot in self._shots.values() if found.code and shot.code == found.code]
        best = max(dict.fromkeys(were), key=were.count, default=None)
        key = coded[0] if coded else best if not found.code else None
        if key is not None:
            shot = replace(self._shots[key], scene=scene.id, label=plain(found.label))
            self._shots[key] = shot
            return shot
        code = found.code or shot_code(scene.number, len(claimed) + 1, found.label, taken=self._codes)
        made = BoardShot(
            f"bs_{said_hash(self._known.production, scene.id, code)}", scene.id, code, plain(found.label)
        )
        is_there = code in self._known.codes
        self._codes.add(code)
        self._shots[made.id] = made
        self.say("shot_new", code, f"{code} is {'on the board now' if is_there else 'a new shot'}.")
        return made

    def _said(self, panel: FoundPanel) -> dict[str, str]:
        """Hashes of what the file says of a panel, aspect by aspect."""
        digest = self._known.digests
        layers = [[one.name, digest.get(one.path, ""), one.opacity, one.is_apart] for one in panel.layers]
        camera = panel.camera and [
            list(panel.camera.start),
            list(panel.camera.end),
            panel.camera.ease,
            panel.camera.hold,
        ]
        return {
            "picture": said_hash(layers) if layers else "",
            "timing": said_hash(str(panel.length_ms or USUAL_MS), camera),
            "words": said_hash(plain(panel.dialogue), plain(panel.action), plain(panel.notes)),
            "sound": said_hash(
                [[one.name, digest.get(one.path, "") if one.path else ""] for one in panel.sounds]
            ),
        }

    def _panel(self, found: FoundPanel, uid: str | None, shot: BoardShot, frames: int, at: int) -> None:
        said = self._said(found)
        came = {**said, _ORDER: str(at)}
        old = self._old.get(uid) if uid else None
        if old is None:
            name = found.key if found.key and found.key not in self._uids else ""
            name = name or uid_for(self._known.production, shot.id, found.expected, str(at), taken=self._uids)
            self._uids.add(name)
            old = Panel(name, shot.id, frames, came={})
            self.say("panel_new", name, f"Panel {name} of {shot.code} is new.")
        is_new = old.uid not in self._old
        now = replace(old, shot=shot.id, came=came, expected=plain(found.expected), pose=found.pose)
        if old.came.get("words") != said["words"]:
            now = replace(
                now, dialogue=plain(found.dialogue), action=plain(found.action), notes=plain(found.notes)
            )
            self._changed(is_new, "words", old.uid, f"The words of panel {old.uid} are others.")
        if old.came.get("timing") != said["timing"]:
            now = replace(now, frames=frames, camera=found.camera or old.camera)
            self._changed(
                is_new, "timing", old.uid, f"Panel {old.uid} lasts {frames} frames, not {old.frames}."
            )
        if old.came.get("sound") != said["sound"]:
            now = replace(now, cues=self._cues(found))
            self._changed(is_new, "sound", old.uid, f"Panel {old.uid} has other sound.")
        if old.came.get("picture") != said["picture"]:
            self.drawn[old.uid] = found
            self._changed(is_new, "picture", old.uid, f"The picture of panel {old.uid} is another one.")
        self._panels[old.uid] = now

    def _changed(self, is_new: bool, sort: Sort, what: str, text: str) -> None:  # noqa: FBT001 (said of every aspect)
        if not is_new:
            self.say(sort, what, text)

    def _cues(self, found: FoundPanel) -> tuple[Cue, ...]:
        def frames(path: Path | None, told: Fraction | None) -> int:
            length = told if told is not None else self._known.sounds_ms.get(path) if path else None
            return max(1, int(length * self._before.rate / 1000 + Fraction(1, 2))) if length else 0

        return tuple(
            Cue(
                plain(one.name),
                self._known.digests.get(one.path) if one.path else None,
                frames(one.path, one.length_ms),
                f"A{n}",
            )
            for n, one in enumerate(found.sounds, start=1)
        )

    def _removed(self, found: list[tuple[Scene, FoundScene]], gone: set[str]) -> set[str]:
        """Panels that came from the file before and are in it no more; what people added stays."""
        removed = {uid for uid in self._old if self._scene_of(uid) in gone}
        if self._imported.form != "images" and self._imported.has_panels:
            inside = {scene.id for scene, told in found if told.shots}
            for uid, old in self._old.items():
                if uid not in self._panels and self._shots[old.shot].scene in inside and old.came:
                    removed.add(uid)
        for uid in sorted(removed):
            self.say("panel_gone", uid, f"Panel {uid} is not in the file any more.")
        return removed


def plain(text: str) -> str:
    """Text as the book spells it: composed, and without halves of characters."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())


def _named(scene: Scene) -> str:
    return " ".join(part for part in (scene.number, scene.slugline) if part) or scene.id
