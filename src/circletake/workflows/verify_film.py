"""Verify a film that came from anywhere: what its credentials, its record and the book say, in plain words.

One of seven answers: `intact`; `container` (every shot is as sealed, bytes around them are not); `altered`,
with the slots named; `stripped` (the pictures are those that were sealed, the credentials are gone);
`unproven` (nothing was changed since somebody signed it whom nobody here knows); `foreign` (credentials of
another maker, which hold); `unknown`. Nobody outside is asked.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from circletake.cut.held import HeldFilm, Holding, of_record, of_seal
from circletake.cut.seal.read import Credential, read_credential
from circletake.errors import CertificateRefused, CircletakeError, MediaUnreadable, NotFound
from circletake.ledger import reads
from circletake.ledger.canonical import read_canonical
from circletake.ledger.record import export_record
from circletake.ledger.verifier import DELIVERABLE, MISSHAPEN, Line, Unusable, verify_folder
from circletake.workflows.house import House
from circletake.workflows.sign_delivery import BESIDE, MASTER

Answer = Literal["intact", "container", "altered", "stripped", "unproven", "foreign", "unknown"]
# What the verifier says of the film itself; all else it says is of the record, the book and the approvals.
_OF_THE_FILM = ("slot ", "sound", "frames", "container", "master", "credentials")


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found out about a film.

    Args:
        sentence: the answer in words.
        lines: what it rests on: the credentials, then the record, the book and the approvals.
    """

    answer: Answer
    sentence: str
    lines: list[Line] = field(default_factory=list)

    @property
    def where(self) -> list[str]:
        """The places where something does not hold."""
        return [line.where for line in self.lines if line.holds is False]


def verify_film(path: Path, house: House | None = None, *, authority: Path | None = None) -> Verified:
    """Verify a film, or the folder of a deliverable.

    Args:
        path: a film, or the folder it was handed over in.
        house: a studio whose book may know the film; None asks only what lies beside it.
        authority: certificates, PEM, that a signer is to lead up to.

    Raises:
        NotFound: there is nothing here that could be verified.
        CertificateRefused: the authority cannot be read.
    """
    film = path / MASTER if path.is_dir() else path
    folder = path if path.is_dir() else path.resolve().parent
    if path.is_dir() and not film.exists():
        return _book_alone(folder)
    if not film.is_file():
        raise NotFound(f"There is no file {path}; name a film or the folder of a deliverable.")
    credential, held = _credential(film, house, authority), HeldFilm(film)
    said = list(_said(credential)) if credential is not None else []
    if (folder / DELIVERABLE).is_file():
        lines = _report(folder, film)
        return _summed(said + lines, _against_record(held, folder / DELIVERABLE), credential)
    if house is not None and (known := _by_book(house, held, credential)) is not None:
        lines, holding = known
        return _summed(said + lines, holding, credential)
    return _alone(said, held, credential)


def _credential(film: Path, house: House | None, authority: Path | None) -> Credential | None:
    anchors = house.signing.anchors() if house is not None else ""
    if authority is not None:
        try:
            anchors += authority.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CertificateRefused(f"{authority} cannot be read ({error}); name a PEM file.") from None
    beside = film.with_suffix(Path(BESIDE).suffix)
    return read_credential(film, beside=beside if beside.is_file() else None, anchors=anchors)


def _report(folder: Path, film: Path | None) -> list[Line]:
    try:
        return verify_folder(folder, master=film).lines
    except Unusable as broken:
        raise NotFound(str(broken)) from None


def _book_alone(folder: Path) -> Verified:
    lines = _report(folder, None)
    if any(line.holds is False for line in lines):
        return Verified("altered", "The book does not hold.", lines)
    return Verified("intact", "The book holds; no film was held against it.", lines)


def _against_record(held: HeldFilm, record: Path) -> Holding | None:
    try:
        return held.against(of_record(read_canonical(record.read_bytes())))
    except (CircletakeError, *MISSHAPEN):  # the report says what is the matter with the record
        return None


def _by_book(
    house: House, held: HeldFilm, credential: Credential | None
) -> tuple[list[Line], Holding] | None:
    """What a studio's book says of a film; None where no seal in it is of this film."""
    with house.book.reading() as conn:
        sealed = _find_seal(house, conn, held, credential)
    if sealed is None:
        return None
    raw = house.store.read(sealed.record)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / DELIVERABLE).write_bytes(raw)
        export_record(house.book, folder, seal=sealed.seq)
        lines = _report(folder, held.path)
    known = Line(holds=True, text=f"The studio: entry {sealed.seq} of its book seals this film.", where="")
    return [known, *lines], held.against(of_record(read_canonical(raw)))


def _find_seal(
    house: House, conn: reads.Connection, held: HeldFilm, credential: Credential | None
) -> reads.SealedRow | None:
    """The seal of a film: by its hash, by the record that its credentials name, else by its pictures."""
    named = credential.seal.get("record_sha256") if credential and credential.seal else None
    rows = reads.every_seal(conn)
    for row in rows:
        left = reads.find_delivered(conn, row.seq)
        if held.sha256 in {row.master, left.deliverable if left else None} or row.record == named:
            return row

    def shots_kept(row: reads.SealedRow) -> int:
        return len(held.against(of_record(read_canonical(house.store.read(row.record)))).kept)

    # A film that lost its credentials is known by the shots that are still as they were sealed.
    best = max(rows, key=shots_kept, default=None)
    return best if best is not None and shots_kept(best) else None


def _alone(said: list[Line], held: HeldFilm, credential: Credential | None) -> Verified:
    """What can be said of a film by itself."""
    if credential is None:
        return Verified(
            "unknown",
            "Unknown: it carries no Content Credentials, no record lies beside it, and no book here knows "
            "its pictures. It was never sealed, or was encoded again since.",
        )
    if credential.seal is None:
        maker = credential.generator or "another program"
        if credential.state == "invalid":
            return Verified("altered", f"Altered: the credentials by {maker} do not hold.", said)
        return Verified("foreign", f"Not one of ours: {maker} signed it, and that holds.", said)
    return _by_its_seal(said, held, credential, credential.seal)


def _by_its_seal(said: list[Line], held: HeldFilm, credential: Credential, seal: dict[str, Any]) -> Verified:
    """What the seal inside a film says of the film it is in."""
    if not credential.is_signature_sound:
        return Verified(
            "altered", "Altered: its credentials are not what was signed; they prove nothing.", said
        )
    if not seal.get("slots"):  # a still: all there is to hold it against is the signature
        if credential.is_altered:
            return Verified("altered", "Altered: the picture is not the one that was signed.", said)
        return _vouched(Verified("intact", "Intact: this is the picture that was signed.", said), credential)
    record_away = Line(
        holds=None,
        text="The decision record is not here, so nobody judged the approvals anew: verify the film in the "
        "folder it was delivered in, or in the studio that sealed it.",
        where="",
    )
    try:
        holding = held.against(of_seal(seal))
    except MISSHAPEN:
        raise MediaUnreadable(
            "The seal in this film is of another version of circletake; update it and verify again."
        ) from None
    return _vouched(_summed([*said, *_shots(holding), record_away], holding, credential), credential)


def _vouched(found: Verified, credential: Credential) -> Verified:
    """Intact only where somebody known here vouches for the signer: anybody can sign anything."""
    if found.answer != "intact" or credential.state == "trusted":
        return found
    sentence = (
        f"Unproven: nothing was changed since {credential.signer} signed it, and nobody here vouches for "
        f"that name."
    )
    return Verified("unproven", sentence, found.lines)


def _shots(holding: Holding) -> Iterator[Line]:
    """What a film's samples say, where no report says it."""
    for slot in holding.altered:
        yield Line(holds=False, text=f"The film: {slot} was altered.", where=f"slot {slot.slot}")
    if holding.kept and not holding.altered and holding.frames:
        yield Line(holds=True, text=f"The film: {len(holding.kept)} slots, samples as sealed.", where="")
    if not holding.frames:
        yield Line(
            holds=False, text="The film: it does not have the frames that were sealed.", where="frames"
        )
    if not holding.sound:
        yield Line(holds=False, text="The film: its sound is not what was sealed.", where="sound")
    if not holding.description:
        yield Line(
            holds=False,
            text="The film: what tells a decoder how to read the pictures was changed.",
            where="container",
        )


def _summed(lines: list[Line], holding: Holding | None, credential: Credential | None) -> Verified:
    """The answer that the lines add up to."""
    broken = list(dict.fromkeys(line.where for line in lines if line.holds is False))
    of_record_or_book = [where for where in broken if not where.startswith(_OF_THE_FILM)]
    if not broken:
        missing = "" if credential else " It carries no Content Credentials, and carried none when it left."
        return Verified("intact", f"Intact: this is what was sealed.{missing}", lines)
    if holding is None or not holding.is_whole:
        named = [str(slot) for slot in holding.altered] if holding else []
        return Verified("altered", f"Altered: {'; '.join(named or broken)}.", lines)
    if of_record_or_book:
        places = ", ".join(of_record_or_book)
        return Verified(
            "altered", f"The film is as it was sealed, but its record does not hold: {places}.", lines
        )
    if credential is None:
        gone = Line(holds=False, text="The credentials: they were taken off.", where="credentials")
        return Verified(
            "stripped",
            "Stripped: every picture and sound is as sealed, but its Content Credentials are gone.",
            [gone, *lines],
        )
    return Verified(
        "container",
        "Shots intact, container changed: every picture and sound is as sealed, bytes around them are not.",
        lines,
    )


def _said(credential: Credential) -> Iterator[Line]:
    """What the credentials of a film say of themselves."""
    who = credential.signer or "somebody who is not named"
    if credential.state == "trusted":
        yield Line(
            holds=True, text=f"The credentials: signed by {who}, under an authority known here.", where=""
        )
    elif credential.state == "untrusted":
        yield Line(holds=True, text=f"The credentials: signed by {who}; nothing was changed since.", where="")
        yield Line(
            holds=None,
            text="Nobody here knows the authority behind that name, and anybody can make one: name the one "
            "that the studio gave you with --authority.",
            where="",
        )
    elif credential.is_altered or not credential.is_signature_sound:
        told = f"signed by {who}; the film is not what was signed" if credential.is_altered else "broken"
        why = "" if credential.is_altered else f" ({', '.join(credential.failures)})"
        yield Line(holds=False, text=f"The credentials: {told}{why}.", where="credentials")
    else:
        yield Line(
            holds=None,
            text=f"The credentials: the certificate of {who} is past, and no time service says that it "
            "signed before; nothing else speaks against them.",
            where="",
        )
    if credential.stamped_at:
        yield Line(holds=None, text=f"A time service stamped them at {credential.stamped_at}.", where="")
