"""What guards the book inside PostgreSQL, whoever writes to it: a function and a trigger for each guard.

The guards are those of SQLite, and one more: `TRUNCATE` passes row triggers, so a statement trigger
refuses it. Triggers are `ENABLE ALWAYS`, so that `session_replication_role` does not switch them off, and
functions look their tables up in the book's own schema before a temporary one.
"""

from dataclasses import dataclass
from typing import NamedTuple

from circletake.db.triggers import GUESTS_KINDS, PERSONS_KINDS

_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""Source: PostgreSQL, src/include/catalog/pg_trigger.h, TRIGGER_TYPE_*."""
ALWAYS = "A"
_REFUSE = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation';"


class Shape(NamedTuple):
    """A trigger as the catalog tells it."""

    table: str
    type_bits: int
    columns: tuple[str, ...]
    source: str
    enabled: str


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger and its function, which have the same name.

    Args:
        table: what it guards.
        on: INSERT, UPDATE, DELETE or TRUNCATE; it fires before.
        refuses: the sentence.
        when: PL/pgSQL condition under which it refuses; without one it always does.
        columns: for UPDATE, only of these.
    """

    table: str
    on: str
    refuses: str
    when: str | None = None
    columns: tuple[str, ...] = ()

    @property
    def each(self) -> str:
        """Row by row, but for TRUNCATE, which knows no rows."""
        return "STATEMENT" if self.on == "TRUNCATE" else "ROW"

    @property
    def source(self) -> str:
        """The function's text."""
        refuse = _REFUSE.format(self.refuses.replace("'", "''"))
        if self.when is None:
            return f"BEGIN {refuse} END"
        return f"BEGIN IF {self.when} THEN {refuse} END IF; RETURN NEW; END"

    @property
    def shape(self) -> Shape:
        """What the catalog has to say of it."""
        bits = _BITS["BEFORE"] | _BITS[self.on] | (_BITS["ROW"] if self.each == "ROW" else 0)
        return Shape(self.table, bits, tuple(sorted(self.columns)), self.source, ALWAYS)

    def sql(self, name: str, schema: str) -> list[str]:
        """Statements that make it anew.

        Args:
            name: of trigger and function.
            schema: the book's, quoted.
        """
        of = f" OF {', '.join(self.columns)}" if self.columns else ""
        function = f"SET search_path = {schema}, pg_temp AS $guard${self.source}$guard$"
        trigger = f"BEFORE {self.on}{of} ON {self.table} FOR EACH {self.each} EXECUTE FUNCTION {name}()"
        return [
            f"DROP TRIGGER IF EXISTS {name} ON {self.table}",
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {function}",
            f"CREATE TRIGGER {name} {trigger}",
            f"ALTER TABLE {self.table} ENABLE ALWAYS TRIGGER {name}",
        ]


_KINDS = ", ".join(f"'{kind}'" for kind in PERSONS_KINDS)
_GUESTS = ", ".join(f"'{kind}'" for kind in GUESTS_KINDS)
_IS_NO_ENTRY_OF_THEIRS = (
    "NOT EXISTS (SELECT 1 FROM entry WHERE seq = NEW.seq AND kind = '{}' AND actor = NEW.person)"
)
GUARDS = {
    "entry_is_never_updated": Guard("entry", "UPDATE", "the book is append-only"),
    "entry_is_never_deleted": Guard("entry", "DELETE", "the book is append-only"),
    "entry_is_never_truncated": Guard("entry", "TRUNCATE", "the book is append-only"),
    "entry_comes_next": Guard(
        "entry",
        "INSERT",
        "the next entry has the next number",
        when="NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM entry)",
    ),
    "entry_of_a_person_is_a_persons": Guard(
        "entry",
        "INSERT",
        "only a person may do this",
        when=f"NEW.kind IN ({_KINDS}) AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.actor)",  # noqa: S608 - our own names
    ),
    "entry_of_a_guest_only_remarks": Guard(
        "entry",
        "INSERT",
        "a guest looks and notes",
        when=f"NEW.kind NOT IN ({_GUESTS}) AND EXISTS (SELECT 1 FROM guest WHERE person = NEW.actor)",  # noqa: S608 - our own names
    ),
    "role_is_no_guests": Guard(
        "role", "INSERT", "a guest holds no role",
        when="EXISTS (SELECT 1 FROM guest WHERE person = NEW.person)",
    ),
    "person_is_no_machine": Guard(
        "person", "INSERT", "a person is p_…", when="NOT starts_with(NEW.id, 'p_')"
    ),
    "person_stays_itself": Guard("person", "UPDATE", "a person stays who they are", columns=("id",)),
    "machine_is_no_person": Guard(
        "machine", "INSERT", "a machine is m_…", when="NOT starts_with(NEW.id, 'm_')"
    ),
    "machine_stays_itself": Guard("machine", "UPDATE", "a machine stays what it is", columns=("id",)),
    "verdict_stands_in_the_book": Guard(
        "verdict",
        "INSERT",
        "a verdict is an entry of the person who gave it",
        when=_IS_NO_ENTRY_OF_THEIRS.format("verdict"),
    ),
    "verdict_stays_what_it_was": Guard(
        "verdict",
        "UPDATE",
        "a verdict is never altered",
        columns=(
            "seq", "production", "at", "person", "task", "content", "gate", "value", "body",
        ),
    ),
    "override_stands_in_the_book": Guard(
        "overridden",
        "INSERT",
        "an override is an entry of the person who gave it",
        when=_IS_NO_ENTRY_OF_THEIRS.format("override"),
    ),
    "override_stays_what_it_was": Guard("overridden", "UPDATE", "an override is never altered"),
}  # fmt: skip

CATALOG = """
    SELECT t.tgname AS name, c.relname AS table, t.tgtype::int AS type_bits, t.tgenabled::text AS enabled,
        p.prosrc AS source, t.tgqual IS NULL AS is_unconditional,
        coalesce(array_to_string(p.proconfig, ';'), '') AS config,
        ARRAY(
            SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::int2[]) ORDER BY 1
        ) AS columns
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND n.nspname = current_schema()
"""
