"""The one family of errors.

    CircletakeError
    ├── Refused      understood; the answer is no               HTTP 409, exit 1
    ├── Invalid      what was given cannot be used              HTTP 422, exit 2
    ├── Missing      what was named is not here                 HTTP 404, exit 3
    ├── Forbidden    this person may not do this                HTTP 403, exit 4
    ├── Conflict     the world moved since it was looked at     HTTP 409, exit 5
    ├── Unavailable  retry unchanged                            HTTP 503, exit 75
    └── Bug          ours                                       HTTP 500, exit 70

Every concrete error names what is the matter, has a literal stable `code`, and says in one sentence
what is wrong and what the way out is. The numbers are known at the borders only (`web.problems`,
`cli.exits`).
"""

from typing import ClassVar, Literal

Kind = Literal["refused", "invalid", "missing", "forbidden", "conflict", "unavailable", "bug"]


class CircletakeError(Exception):
    """Root of the family.

    Args:
        message: one sentence, ending with the way out.
        **detail: JSON-ready facts for machines (problem object members).
    """

    code: ClassVar[str] = "bug"
    kind: ClassVar[Kind] = "bug"

    def __init__(self, message: str, **detail: object) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class Refused(CircletakeError):
    """Understood; the answer is no."""

    code = "refused"
    kind = "refused"


class Invalid(CircletakeError):
    """What was given cannot be used."""

    code = "invalid"
    kind = "invalid"


class Missing(CircletakeError):
    """What was named is not here."""

    code = "missing"
    kind = "missing"


class Forbidden(CircletakeError):
    """This person may not do this."""

    code = "forbidden"
    kind = "forbidden"


class Conflict(CircletakeError):
    """The world moved since it was looked at."""

    code = "conflict"
    kind = "conflict"


class Unavailable(CircletakeError):
    """Not now; the same call may go through later."""

    code = "unavailable"
    kind = "unavailable"


class Bug(CircletakeError):
    """Ours. A report is welcome."""

    code = "bug"
    kind = "bug"


# refused


class PlaylistEmpty(Refused):
    """A playlist of dailies keeps at least one entry; it is archived, not emptied."""

    code = "playlist-empty"


class GateClosed(Refused):
    """A gate does not pass; `missing` lists every rule that does not hold, a sentence each."""

    code = "gate-closed"


class GapOpen(Refused):
    """The cut has a slot without a take."""

    code = "gap-open"


class HandlesShort(Refused):
    """A take has fewer frames than its slot needs."""

    code = "handles-short"


class MakerRefused(Refused):
    """What would fill a gap cannot be made of what stands there."""

    code = "maker-refused"


class RateMismatch(Refused):
    """A take's frame rate is not the production's."""

    code = "rate-mismatch"


class StudioBusy(Refused):
    """Another server has this studio folder open."""

    code = "studio-busy"


class BookBroken(Refused):
    """The book does not verify; names the entry where it breaks."""

    code = "book-broken"


class MatchUnsure(Refused):
    """What a file holds could be more than one thing on the board; a person says which."""

    code = "match-unsure"


class AlreadyThere(Refused):
    """What should be made exists already."""

    code = "already-there"


class PolicyHolds(Refused):
    """The policy in force does not allow this."""

    code = "policy-holds"


class LeansInCircle(Refused):
    """What would be leaned on leans, in the end, on what would lean on it; names the circle."""

    code = "leans-in-circle"


class PortTaken(Refused):
    """Another program listens on the address and port."""

    code = "port-taken"


class CheckpointRefused(Refused):
    """The book does not continue what was signed of it before; a restored backup, or worse."""

    code = "checkpoint-refused"


class LastProducer(Refused):
    """A production would be left without anybody who produces it."""

    code = "last-producer"


class PasskeyAway(Refused):
    """Passkeys do not work at the address that the browser came by."""

    code = "passkey-away"


class MasterAltered(Refused):
    """A sealed master's bytes are not those that were sealed; names where."""

    code = "master-altered"


class MasterNotSpliceable(Refused):
    """A shot cannot be put into this finished film at all, not even by rendering it whole."""

    code = "master-not-spliceable"


class CertificateExpired(Refused):
    """The certificate that seals are signed with is not valid now."""

    code = "certificate-expired"


class BudgetSpent(Refused):
    """A purse does not hold what an attempt may cost; nothing was reserved and nothing sent."""

    code = "budget-spent"


class DeskFull(Refused):
    """More takes wait to be judged than people can look at; a named person may go on with a reason."""

    code = "desk-full"


class MustStay(Refused):
    """What goes into an attempt may not travel to this provider; names why."""

    code = "must-stay"


class PromptRefused(Refused):
    """A prompt names somebody who has not agreed, or a mark that needs a permit."""

    code = "prompt-refused"


class AttemptRefused(Refused):
    """A provider will not make this; `charged` says whether it took money for saying so."""

    code = "attempt-refused"


# invalid


class CertificateRefused(Invalid):
    """A certificate, or its key, cannot sign a seal; says why."""

    code = "certificate-refused"


class ConfigInvalid(Invalid):
    """A setting is unknown or its value cannot be read."""

    code = "config-invalid"


class PolicyInvalid(Invalid):
    """The policy cannot be read; names the path inside it."""

    code = "policy-invalid"


class ReasonNeeded(Invalid):
    """The gate asks for a reason or a note that was not given."""

    code = "reason-needed"


class AnswerNeeded(Invalid):
    """A check flagged this content and the approving verdict does not answer it."""

    code = "answer-needed"


class VerdictInvalid(Invalid):
    """A verdict's value, reason or range is not one there is."""

    code = "verdict-invalid"


class PlaylistInvalid(Invalid):
    """This cannot be done to a playlist of dailies."""

    code = "playlist-invalid"


class DrawingInvalid(Invalid):
    """A drawing's shape, points, frames or id are not what can be drawn."""

    code = "drawing-invalid"


class EntryInvalid(Invalid):
    """A book entry's body is not canonical JSON."""

    code = "entry-invalid"


class MediaUnreadable(Invalid):
    """The file cannot be decoded, whole or in part."""

    code = "media-unreadable"


class MediaKindRefused(Invalid):
    """The file is not a kind of media that is accepted."""

    code = "media-kind-refused"


class MediaTooLarge(Invalid):
    """The picture is larger than is accepted."""

    code = "media-too-large"


class MediaHashMismatch(Invalid):
    """The bytes are not those that were declared."""

    code = "media-hash-mismatch"


class NoFrames(Invalid):
    """There is not a single frame."""

    code = "no-frames"


class SheetInvalid(Invalid):
    """A model sheet's frames or boxes cannot be used."""

    code = "sheet-invalid"


class RecipeInvalid(Invalid):
    """A workflow, or what is to be changed in it, cannot be used."""

    code = "recipe-invalid"


class CutUnreadable(Invalid):
    """A timeline cannot be read or does not fit the production."""

    code = "cut-unreadable"


class BoardUnreadable(Invalid):
    """A script or a board cannot be read; says where, as far as a file has lines."""

    code = "board-unreadable"


class BoardInvalid(Invalid):
    """What is asked of the board cannot be: no such panel, an impossible length, a camera outside."""

    code = "board-invalid"


class TimeInvalid(Invalid):
    """A rate, range or timecode that cannot be."""

    code = "time-invalid"


class NameInvalid(Invalid):
    """A code or name that cannot be used."""

    code = "name-invalid"


class CheckpointInvalid(Invalid):
    """A text is no checkpoint, or not signed with the key it should be signed with."""

    code = "checkpoint-invalid"


class EvidenceUnreadable(Invalid):
    """Kept evidence cannot be read back."""

    code = "evidence-unreadable"


class RequestInvalid(Invalid):
    """A request's body or query does not have the shape the route asks for."""

    code = "request-invalid"


class RequestTooLarge(Invalid):
    """A request's body is larger than any this server reads."""

    code = "request-too-large"


class CostInvalid(Invalid):
    """An amount or a unit of cost that cannot be."""

    code = "cost-invalid"


class AttemptInvalid(Invalid):
    """An attempt cannot be asked for like this, or cannot become what it was said to become."""

    code = "attempt-invalid"


class AskInvalid(Invalid):
    """A provider cannot make anything of what it was given; names the node and field where it knows them."""

    code = "ask-invalid"


class ProviderInvalid(Invalid):
    """The description of a provider cannot be used; names the file and the member."""

    code = "provider-invalid"


# missing


class ContentMissing(Missing):
    """The store holds no content of this hash."""

    code = "content-missing"


class NotFound(Missing):
    """No such production, shot, task, take, person or page."""

    code = "not-found"


class StudioMissing(Missing):
    """There is no studio in this folder."""

    code = "studio-missing"


# forbidden


class SignInNeeded(Forbidden):
    """Nobody is signed in."""

    code = "sign-in-needed"


class SomebodyElse(Conflict):
    """What a page sends was made by one person, and another is signed in by now."""

    code = "somebody-else"


class SignInFailed(Forbidden):
    """Name, password or link is not right."""

    code = "sign-in-failed"


class GuestNeeded(Forbidden):
    """Nobody came in here by a guest link."""

    code = "guest-needed"


class GuestLinkEnded(Forbidden):
    """A guest link has expired or was revoked; says whom to ask."""

    code = "guest-link-ended"


class RoleMissing(Forbidden):
    """The person holds no role that may do this."""

    code = "role-missing"


class SameEyes(Forbidden):
    """Whoever made a take may not circle it."""

    code = "same-eyes"


class StillBlind(Forbidden):
    """This is hidden from this person until they have given a verdict of their own."""

    code = "still-blind"


class NotAPerson(Forbidden):
    """A machine account tried to do what only a person may."""

    code = "not-a-person"


class ScopeMissing(Forbidden):
    """The API token does not cover this, or no token ever does."""

    code = "scope-missing"


class OriginRefused(Forbidden):
    """A request from another site tried to change something."""

    code = "origin-refused"


# conflict


class WorldMoved(Conflict):
    """The gate, upstream or cut the person saw is no longer the one in force."""

    code = "world-moved"


class LeaseLost(Conflict):
    """Another worker has taken this job over."""

    code = "lease-lost"


# unavailable


class DiskFull(Unavailable):
    """The disk has no room; nothing was recorded."""

    code = "disk-full"


class DatabaseBusy(Unavailable):
    """The database is locked or away."""

    code = "database-busy"


class DeskMissing(Unavailable):
    """The desk was not built into this installation."""

    code = "desk-missing"


class WitnessUnavailable(Unavailable):
    """A witness could not be asked, or did not answer as one; the checkpoint stands without it."""

    code = "witness-unavailable"


class TooManyTries(Unavailable):
    """Signing in failed too often for this name or from this address; it opens again by itself."""

    code = "too-many-tries"


class RoomFull(Unavailable):
    """As many windows as there is room for look at a review room already."""

    code = "room-full"


class ProviderAway(Unavailable):
    """The identity provider does not answer, or not as the standard asks."""

    code = "provider-away"


class NothingSent(Unavailable):
    """A provider does not listen just now, and surely has taken nothing: it may be asked again."""

    code = "nothing-sent"


class AnswerLost(Unavailable):
    """Something was sent to a provider, and what became of it is not known."""

    code = "answer-lost"


class TakeUnfetched(Unavailable):
    """What a provider made could not be fetched whole; it is fetched again."""

    code = "take-unfetched"


# bug


class JobFailed(Bug):
    """A job failed for a reason that is not the input's."""

    code = "job-failed"
