"""Every table, as SQLAlchemy Core has it.

Four groups. The *book* (`entry`) is append-only. *Projections* are rebuilt from it by replay.
*Private* tables (names, free text, accounts, sessions) can be erased and are backed up with the
book. The *jobs* group lives in a second SQLite file and can be lost without losing a decision.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

book_metadata = MetaData(naming_convention=_NAMING)
jobs_metadata = MetaData(naming_convention=_NAMING)


def _id(name: str = "id", *, primary_key: bool = False, nullable: bool = False) -> Column[str]:
    return Column(name, String(64), primary_key=primary_key, nullable=nullable)


# the book

entry = Table(
    "entry",
    book_metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("production", String(64)),
    Column("body", LargeBinary, nullable=False),  # the whole entry's canonical JSON, as hashed
    Column("leaf", LargeBinary(32), nullable=False),
    Column("chain", LargeBinary(32), nullable=False),
    Index("ix_entry_kind", "kind"),
)
head = Table(  # one row: where the book ends, so that a tail cut off is noticed
    "head",
    book_metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("chain", LargeBinary(32), nullable=False),
)

# projections, in the order in which they can be refilled

person = Table(
    "person",
    book_metadata,
    _id(primary_key=True),
    Column("name_commitment", String(64)),
    Column("seq", Integer),
)
machine = Table(
    "machine",
    book_metadata,
    _id(primary_key=True),
    Column("label", String(64), nullable=False),
    Column("seq", Integer),
    Column("owner", String(64)),  # the person within whose rights it acts
    Column("retired", Boolean),
)
policy = Table(
    "policy",
    book_metadata,
    _id("hash", primary_key=True),
    Column("body", Text, nullable=False),
    Column("seq", Integer),
)
production = Table(
    "production",
    book_metadata,
    _id(primary_key=True),
    Column("code", String(40), nullable=False, unique=True),
    Column("title", String(200), nullable=False),
    Column("rate_num", Integer, nullable=False),
    Column("rate_den", Integer, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("policy", String(64), ForeignKey("policy.hash"), nullable=False),
    Column("seq", Integer),
)
role = Table(
    "role",
    book_metadata,
    Column("production", String(64), ForeignKey("production.id"), primary_key=True),
    Column("person", String(64), ForeignKey("person.id"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("seq", Integer),
)
crew = Table(  # a group of people; `group` is a word of SQL
    "crew",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("label", String(64), nullable=False),
    Column("disbanded", Boolean, nullable=False),
    Column("seq", Integer),
)
crew_member = Table(
    "crew_member",
    book_metadata,
    Column("crew", String(64), ForeignKey("crew.id"), primary_key=True),
    Column("person", String(64), ForeignKey("person.id"), primary_key=True),
    Column("seq", Integer),
)
crew_role = Table(
    "crew_role",
    book_metadata,
    Column("crew", String(64), ForeignKey("crew.id"), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("seq", Integer),
)
entity = Table(
    "entity",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("code", String(64), nullable=False),
    Column("title", String(200), nullable=False),
    Column("position", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("source_class", String(16)),
    Column("omitted", Boolean, nullable=False),
    Column("seq", Integer),
    UniqueConstraint("production", "code"),
)
task = Table(
    "task",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("entity", String(64), ForeignKey("entity.id"), nullable=False),
    Column("stage", String(32), nullable=False),
    Column("hold_reason", String(64)),
    Column("seq", Integer),
    UniqueConstraint("entity", "stage"),
)
take = Table(
    "take",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("makers", Text, nullable=False),  # JSON list of actors
    Column("origin", String(16), nullable=False),
    Column("n_frames", Integer, nullable=False),
    Column("rate_num", Integer),
    Column("rate_den", Integer),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("parent", String(64)),
    Column("change", String(16), nullable=False),
    Column("leans", Text, nullable=False),  # JSON slot → content
    Column("label", String(200), nullable=False),
    Column("made_by", Text, nullable=False, server_default="[]"),  # JSON list of (relation, actor)
    Column("seq", Integer),
    UniqueConstraint("task", "content"),
    UniqueConstraint("task", "number"),
    Index("ix_take_content", "content"),
)
slot = Table(
    "slot",
    book_metadata,
    Column("production", String(64), ForeignKey("production.id"), primary_key=True),
    Column("slot", String(100), primary_key=True),
    Column("content", String(64), nullable=False),
    Column("seq", Integer),
)
adopted = Table(  # every move of every slot, so that what was replaced is known
    "adopted",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("slot", String(100), nullable=False),
    Column("content", String(64)),  # None where the slot was emptied
    Index("ix_adopted_production", "production"),
)
evidence = Table(
    "evidence",
    book_metadata,
    # the same content may be measured in two productions, with the same outcome
    Column("production", String(64), ForeignKey("production.id"), primary_key=True),
    _id(primary_key=True),  # SHA-256 of the full evidence in the store
    Column("content", String(64), nullable=False),
    Column("check", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("job_key", String(64), nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("summary", Text, nullable=False),  # JSON
    Column("worst_frame", Integer),
    Column("references", Text, nullable=False),  # JSON list of hashes
    Column("seq", Integer),
    Index("ix_evidence_content", "content"),
)
verdict = Table(
    "verdict",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column(
        "person", String(64), ForeignKey("person.id"), nullable=False
    ),  # persons only: machines have no row there
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("value", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON: reasons, ranges, answers, upstream, hashes
    Column("note_commitment", String(64)),
    Column("live", Boolean, nullable=False),
    Column("ended_by", Integer),  # entry of the newer verdict or of the withdrawal; None while live
    Column("key", String(64), nullable=False, unique=True),  # idempotency key
    Index("ix_verdict_task", "task", "live"),
    Index("ix_verdict_content", "content"),
)
bound = Table(
    "bound",
    book_metadata,
    Column("task", String(64), ForeignKey("task.id"), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("gate", String(32), primary_key=True),
    Column("result", String(16), nullable=False),
    Column("ever_satisfied", Boolean, nullable=False),
    Column("seq", Integer),
)
cut = Table(
    "cut",
    book_metadata,
    _id("hash", primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON
    Column("parent", String(64)),
    Column("seq", Integer),
    UniqueConstraint("production", "number"),
)
sealed = Table(
    "sealed",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("cut", String(64), nullable=False),
    Column("master", String(64), nullable=False),
    Column("record", String(64), nullable=False),  # SHA-256 of deliverable.json
    Column("contents", Text, nullable=False),  # JSON list of every content sealed
)
delivered = Table(
    "delivered",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("sealed", Integer, ForeignKey("sealed.seq"), nullable=False),
    Column("master", String(64), nullable=False),
    Column("record", String(64), nullable=False),
    Column("folder_name", String(200), nullable=False),
    Column("deliverable", String(64)),  # SHA-256 of the signed file
    Column("manifest", String(64)),  # SHA-256 of credentials that lie beside it
)
recalled = Table(
    "recalled",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("sealed", Integer, ForeignKey("sealed.seq"), nullable=False),
    Column("verdict", Integer, ForeignKey("verdict.seq"), nullable=False),
)
recorded = Table(
    "recorded",
    book_metadata,
    Column("job_key", String(64), primary_key=True),
    Column("op", String(32), nullable=False),
    Column("seq", Integer),
)

overridden = Table(
    "overridden",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("gate", String(32), nullable=False),
    Column("body", Text, nullable=False),  # JSON: role, rules, code, gate hash, upstream
    Column("note_commitment", String(64), nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Index("ix_overridden_task", "task"),
)
note = Table(
    "note",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("text_commitment", String(64), nullable=False),
    Column("body", Text, nullable=False),  # JSON: ranges, regions
    Column("reply_to", String(64), ForeignKey("note.id")),
    Column("disposition", String(16)),  # None while it is open
    Column("resolved_by", String(64)),
    Column("seq", Integer),
    Index("ix_note_task", "task"),
)
boxed = Table(  # where people say that a character is, or that it is not there
    "boxed",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("character", String(64), nullable=False),
    Column("frame", Integer, nullable=False),
    Column("where", Text, nullable=False),  # JSON: x, y, width, height, or null
    Column("withdrawn_by", String(64)),  # None while it stands
    Column("withdrawn", Integer),  # the entry that withdrew it
    Column("seq", Integer),
    Index("ix_boxed_content", "production", "content"),
)
drawn = Table(  # what people drew on pictures, as it stands; deleted, it can be taken back
    "drawn",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("shape", String(16), nullable=False),
    Column("points", Text, nullable=False),  # JSON list of x, y
    Column("width", Integer, nullable=False),
    Column("colour", String(7), nullable=False),
    Column("text_commitment", String(64)),
    Column("deleted", Boolean, nullable=False),
    Column("changed", Integer, nullable=False),  # the entry that last changed it
    Column("seq", Integer),
    Index("ix_drawn_content", "task", "content"),
)
drawn_op = Table(  # what was done to drawings, so that it is done once however often it is sent
    "drawn_op",
    book_metadata,
    _id(primary_key=True),
    Column("drawing", String(64), ForeignKey("drawn.id"), nullable=False),
    Column("seq", Integer, nullable=False),
)
guest_link = Table(  # what a link shows to guests; its token and passphrase are private
    "guest_link",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("label_commitment", String(64), nullable=False),
    Column("rights", String(64), nullable=False),  # separated by spaces
    Column("until", String(32), nullable=False),
    Column("passphrase", Boolean, nullable=False),
    Column("watermark", Boolean, nullable=False),
    Column("ended_by", String(64)),  # None while it was not revoked
    Column("ended", Integer),  # the entry that revoked it
    Column("seq", Integer),
    Index("ix_guest_link_production", "production"),
)
guest_content = Table(
    "guest_content",
    book_metadata,
    Column("link", String(64), ForeignKey("guest_link.id"), primary_key=True),
    Column("task", String(64), ForeignKey("task.id"), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
)
guest = Table(  # people who came by a link; they hold no role, ever
    "guest",
    book_metadata,
    Column("person", String(64), ForeignKey("person.id"), primary_key=True),
    Column("link", String(64), ForeignKey("guest_link.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("seq", Integer),
    Index("ix_guest_link", "link"),
)
playlist = Table(  # dailies: what is watched together, in order
    "playlist",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("label_commitment", String(64), nullable=False),
    Column("text_commitment", String(64)),
    Column("archived", Boolean, nullable=False),
    Column("changed", Integer, nullable=False),  # the entry that last changed it
    Column("seq", Integer),
    Index("ix_playlist_production", "production"),
)
playlist_entry = Table(  # a removed one keeps its place: another may have been put after it meanwhile
    "playlist_entry",
    book_metadata,
    _id(primary_key=True),
    Column("playlist", String(64), ForeignKey("playlist.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("content", String(64), nullable=False),
    Column("rank", BigInteger, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), nullable=False),  # who put it there
    Column("seq", Integer),
    Index("ix_playlist_entry_playlist", "playlist", "rank"),
)
playlist_op = Table(  # what was done to playlists, so that it is done once however often it is sent
    "playlist_op",
    book_metadata,
    _id(primary_key=True),
    Column("playlist", String(64), ForeignKey("playlist.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Index("ix_playlist_op_playlist", "playlist"),
)
screening = Table(  # a playlist as it was when somebody started it
    "screening",
    book_metadata,
    _id(primary_key=True),
    Column("playlist", String(64), ForeignKey("playlist.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), nullable=False),
    Column("shown", Text, nullable=False),  # JSON list of entry, task, content
    Column("seq", Integer),
    Index("ix_screening_playlist", "playlist"),
)
consent = Table(
    "consent",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("entity", String(64), ForeignKey("entity.id"), nullable=False),
    Column("subject_commitment", String(64), nullable=False),
    Column("uses", Text, nullable=False),  # JSON list of words
    Column("until", String(10)),
    Column("document", String(64)),
    Column("granted", Boolean, nullable=False),
    Column("lapsed", Boolean, nullable=False),
    Column("seq", Integer),
    Index("ix_consent_production", "production"),
)
board_version = Table(  # a version of the board; its document lies in the content store
    "board_version",
    book_metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("parent", String(64)),
    Column("script", String(64)),
    UniqueConstraint("production", "number"),
)
proposal = Table(  # what an edited timeline would change of the board
    "proposal",
    book_metadata,
    _id(primary_key=True),
    Column("conform", String(64), nullable=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("board", String(64), nullable=False),
    Column("document", String(64), nullable=False),
    Column("sort", String(16), nullable=False),
    Column("taken", Boolean),  # nobody answered yet
    Column("person", String(64)),
    Column("reason_commitment", String(64)),
    Column("rank", Integer, nullable=False),
    Column("seq", Integer),
    Index("ix_proposal_production", "production", "conform"),
)
lean = Table(  # what a take was made against, and what an approval of it pinned
    "lean",
    book_metadata,
    Column("task", String(64), ForeignKey("task.id"), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("slot", String(100), primary_key=True),
    Column("upstream", String(64), primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Index("ix_lean_slot", "production", "slot"),
)
measured = Table(  # which content was measured against which reference
    "measured",
    book_metadata,
    Column("production", String(64), ForeignKey("production.id"), primary_key=True),
    Column("reference", String(64), primary_key=True),
    Column("content", String(64), primary_key=True),
)
essence = Table(  # hash of decoded frames and sound: the same for the same pictures in another file
    "essence",
    book_metadata,
    Column("production", String(64), ForeignKey("production.id"), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("essence", String(64), nullable=False),
    Column("seq", Integer),
    Index("ix_essence_essence", "essence"),
)
carry = Table(  # an approval carried to content of the same essence; decides nothing by itself
    "carry",
    book_metadata,
    Column("verdict", Integer, ForeignKey("verdict.seq"), primary_key=True),
    Column("content", String(64), primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("change", String(16), nullable=False),
    Column("seq", Integer),
    Index("ix_carry_task", "task"),
)

request = Table(  # attempts that a person asked a provider for
    "request",
    book_metadata,
    _id(primary_key=True),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("task", String(64), ForeignKey("task.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id"), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("decision_commitment", String(64), nullable=False),
    Column("prompt_commitment", String(64)),
    Column("override_commitment", String(64)),
    Column("ask", String(64), nullable=False),  # content
    Column("label", String(16), nullable=False),
    Column("purpose", String(8), nullable=False),
    Column("seed", BigInteger),
    Column("seeds", String(8), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("most_micro", BigInteger, nullable=False),
    Column("seq", Integer),
    Index("ix_request_production", "production"),
)
request_input = Table(
    "request_input",
    book_metadata,
    Column("request", String(64), ForeignKey("request.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("role", String(16), nullable=False),
    Column("content", String(64), nullable=False),
)
attempt = Table(
    "attempt",
    book_metadata,
    _id(primary_key=True),
    Column("request", String(64), ForeignKey("request.id"), nullable=False),
    Column("production", String(64), ForeignKey("production.id"), nullable=False),
    Column("number", Integer, nullable=False),  # from 1, within its request
    Column("key", String(64), nullable=False, unique=True),  # minted once; what the provider is told
    Column("state", String(16), nullable=False),
    Column("handle", Text),
    Column("charged", String(8)),
    Column("code", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("outputs", Text, nullable=False),  # JSON list of contents
    Column("reserved_micro", BigInteger, nullable=False),
    Column("settled_micro", BigInteger, nullable=False),
    Column("estimate_micro", BigInteger),
    Column("reported_micro", BigInteger),
    Column("reconciled_micro", BigInteger),
    Column("changed_at", String(32), nullable=False),
    Column("seq", Integer),  # the entry that last changed it
    Index("ix_attempt_state", "state"),
    Index("ix_attempt_request", "request"),
)
attempt_take = Table(
    "attempt_take",
    book_metadata,
    Column("attempt", String(64), ForeignKey("attempt.id"), primary_key=True),
    Column("take", String(64), ForeignKey("take.id"), primary_key=True),
    Index("ix_attempt_take_take", "take"),
)
purse = Table(
    "purse",
    book_metadata,
    Column("production", String(64), ForeignKey("production.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("owner", String(64), primary_key=True),
    Column("unit", String(40), primary_key=True),
    Column("limit_micro", BigInteger),
    Column("held_micro", BigInteger, nullable=False),
    Column("spent_micro", BigInteger, nullable=False),
)

projections = [
    person,
    machine,
    policy,
    production,
    role,
    crew,
    crew_member,
    crew_role,
    entity,
    task,
    take,
    slot,
    adopted,
    evidence,
    verdict,
    bound,
    cut,
    sealed,
    delivered,
    recalled,
    recorded,
    overridden,
    note,
    boxed,
    drawn,
    drawn_op,
    guest_link,
    guest_content,
    guest,
    playlist,
    playlist_entry,
    playlist_op,
    screening,
    consent,
    board_version,
    proposal,
    lean,
    measured,
    essence,
    carry,
    request,
    request_input,
    attempt,
    attempt_take,
    purse,
]

# beside the book, in its file: written with it, not rebuilt from it

outbox = Table(
    "outbox",
    book_metadata,
    Column("key", String(64), primary_key=True),
    Column("op", String(32), nullable=False),
    Column("args", Text, nullable=False),
    Column("lane", String(8), nullable=False),
    Column("prio", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
)
studio_fact = Table(
    "studio_fact",
    book_metadata,
    Column("key", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)

checkpoint = Table(  # what was signed of the book, and when; a key that signed it has its name
    "checkpoint",
    book_metadata,
    Column("name", String(64), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("peaks", LargeBinary, nullable=False),  # the tree's edge there, from which the next one grows
    Column("at", String(32), nullable=False),
    Column("note", Text, nullable=False),  # the signed text
    Column("key", String(160), nullable=False),  # public, as it is handed round
)
witnessed = Table(  # what somebody outside said of a checkpoint, or why they could not
    "witnessed",
    book_metadata,
    Column("name", String(64), primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("witness", String(32), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("receipt", LargeBinary),
    Column("suffix", String(8), nullable=False),  # of the file that the receipt is written to
)

# private: names, free text, accounts

private_text = Table(
    "private_text",
    book_metadata,
    Column("commitment", String(64), primary_key=True),  # SHA-256(salt ‖ text), as entries hold it
    Column("salt", LargeBinary(32), nullable=False),
    Column("text", Text, nullable=False),
)
account = Table(
    "account",
    book_metadata,
    _id("person", primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", String(200)),
)
session = Table(
    "session",
    book_metadata,
    Column("token_hash", String(64), primary_key=True),
    _id("person"),
    Column("pseudonym", String(64), nullable=False),  # what entries name
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("seen_at", String(32)),  # now and then, not at every request
    Column("label", String(80)),  # browser or terminal, for whoever ends sessions
)
sign_in_link = Table(
    "sign_in_link",
    book_metadata,
    Column("token_hash", String(64), primary_key=True),
    _id("person"),
    Column("expires_at", String(32), nullable=False),
)

invitation = Table(
    "invitation",
    book_metadata,
    _id(primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("production", String(64), nullable=False),
    Column("roles", String(200), nullable=False),  # separated by spaces
    _id("inviter"),
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("ended", String(16)),  # used or revoked
    _id("person", nullable=True),  # who came by it
)
guest_secret = Table(  # what opens a guest link, and how late it has ever been for it
    "guest_secret",
    book_metadata,
    _id("link", primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("passphrase_hash", String(200)),
    Column("used_at", String(32)),
    Column("lapsed", Boolean, nullable=False),
)
guest_session = Table(
    "guest_session",
    book_metadata,
    Column("token_hash", String(64), primary_key=True),
    _id("person"),
    _id("link"),
    Column("pseudonym", String(64), nullable=False),  # what entries name
    Column("created_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
)
api_token = Table(
    "api_token",
    book_metadata,
    _id(primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    _id("person"),  # whose it is, and within whose rights it acts
    _id("machine", nullable=True),  # the account that acts by it; None: the person's own program
    Column("label", String(80), nullable=False),
    Column("scopes", String(200), nullable=False),  # separated by spaces
    Column("created_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Column("used_at", String(32)),
    Column("revoked_at", String(32)),
)
passkey = Table(
    "passkey",
    book_metadata,
    Column("id", String(1400), primary_key=True),  # base64url of at most 1023 bytes
    _id("person"),
    Column("public_key", LargeBinary, nullable=False),  # COSE
    Column("sign_count", BigInteger, nullable=False),
    Column("label", String(80), nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("used_at", String(32)),
)
ceremony = Table(  # something begun at the door and not finished: each is good once, for minutes
    "ceremony",
    book_metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of a challenge or state
    Column("purpose", String(16), nullable=False),
    _id("person", nullable=True),
    Column("kept", Text, nullable=False),  # JSON: what the second half needs
    Column("expires_at", String(32), nullable=False),
)
identity = Table(  # who somebody is at an identity provider
    "identity",
    book_metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(255), primary_key=True),
    _id("person"),
    Column("created_at", String(32), nullable=False),
)
saved_view = Table(  # a board as somebody likes to look at it: its filters and order, under a name
    "saved_view",
    book_metadata,
    _id(primary_key=True),
    _id("person"),
    Column("production", String(64), nullable=False),
    Column("name", String(80), nullable=False),
    Column("query", String(2000), nullable=False),  # as it stands in the page's address
    Column("created_at", String(32), nullable=False),
    UniqueConstraint("person", "production", "name"),
)
seen = Table(  # the newest entry of the book that somebody has been told of
    "seen",
    book_metadata,
    _id("person", primary_key=True),
    Column("seq", Integer, nullable=False),
)

# jobs: second file on SQLite

job = Table(
    "job",
    jobs_metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("op", String(32), nullable=False),
    Column("args", Text, nullable=False),
    Column("lane", String(8), nullable=False),
    Column("prio", Integer, nullable=False),
    Column("state", String(12), nullable=False),  # ready run done failed cancelled
    Column("owner", String(64)),
    Column("fence", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_boot", String(64)),
    Column("lease_until_ms", BigInteger),
    Column("not_before_boot", String(64)),
    Column("not_before_ms", BigInteger),
    Column("done_frames", Integer, nullable=False),
    Column("total_frames", Integer, nullable=False),
    Column("cancel", Boolean, nullable=False),
    Column("error", Text),
    Index("ix_job_state", "state", "prio"),
)
derived = Table(  # what was made from content: never judged, always rebuildable
    "derived",
    jobs_metadata,
    Column("source", String(64), primary_key=True),
    Column("recipe", String(32), primary_key=True),
    Column("content", String(64), nullable=False),
)
dropped = Table(  # what a watched folder held, and what came of it; takes themselves are in the book
    "dropped",
    jobs_metadata,
    Column("place", String(64), primary_key=True),  # hash of production, stage and folder
    Column("name", Text, primary_key=True),
    Column("signature", String(64), nullable=False),  # hash of sizes and times: another is another file
    Column("state", String(12), nullable=False),  # taken again beside refused
    Column("shot", Text, nullable=False),
    Column("content", String(64), nullable=False),
    Column("said", Text, nullable=False),
    Column("at", String(32), nullable=False),
    Index("ix_dropped_content", "place", "content"),
)

# SQLite's integers have 64 bits, whatever a column is called; so have ours everywhere.
for _table in (*book_metadata.sorted_tables, *jobs_metadata.sorted_tables):
    for _column in _table.columns:
        if type(_column.type) is Integer and _column.autoincrement is not True:
            _column.type = BigInteger().with_variant(Integer(), "sqlite")
