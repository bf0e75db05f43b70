"""What guards the book inside SQLite, whoever writes to it; every upgrade of the schema puts it there.

What guards it inside PostgreSQL stands in `plpgsql`.
"""

PERSONS_KINDS = (
    "verdict", "withdraw", "slot", "hold", "omit", "override", "note", "resolve", "box", "unbox",
    "consent", "erased", "grant", "group", "member", "group_grant", "flag_call",
    "drawing", "guest_link", "guest_end", "playlist", "request", "budget", "attempt_call", "answered",
)  # fmt: skip
"""What only a person may do; the ledger has the same list, and a test holds them together."""
GUESTS_KINDS = ("note", "drawing")
"""All that a guest may do; likewise."""
_GUESTS = ", ".join(f"'{kind}'" for kind in GUESTS_KINDS)
_KINDS = ", ".join(f"'{kind}'" for kind in PERSONS_KINDS)

TRIGGERS = {
    "entry_is_never_updated": """
        CREATE TRIGGER entry_is_never_updated BEFORE UPDATE ON entry
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END
    """,
    "entry_is_never_deleted": """
        CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END
    """,
    # INSERT OR REPLACE deletes without firing delete triggers; it cannot get past this one.
    "entry_comes_next": """
        CREATE TRIGGER entry_comes_next BEFORE INSERT ON entry
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
        BEGIN SELECT RAISE(ABORT, 'the next entry has the next number'); END
    """,
    "entry_of_a_person_is_a_persons": f"""
        CREATE TRIGGER entry_of_a_person_is_a_persons BEFORE INSERT ON entry
        WHEN NEW.kind IN ({_KINDS})
            AND NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.actor)
        BEGIN SELECT RAISE(ABORT, 'only a person may do this'); END
    """,  # noqa: S608 - our own names
    "entry_of_a_guest_only_remarks": f"""
        CREATE TRIGGER entry_of_a_guest_only_remarks BEFORE INSERT ON entry
        WHEN NEW.kind NOT IN ({_GUESTS}) AND EXISTS (SELECT 1 FROM guest WHERE person = NEW.actor)
        BEGIN SELECT RAISE(ABORT, 'a guest looks and notes'); END
    """,  # noqa: S608 - our own names
    "role_is_no_guests": """
        CREATE TRIGGER role_is_no_guests BEFORE INSERT ON role
        WHEN EXISTS (SELECT 1 FROM guest WHERE person = NEW.person)
        BEGIN SELECT RAISE(ABORT, 'a guest holds no role'); END
    """,
    "person_is_no_machine": """
        CREATE TRIGGER person_is_no_machine BEFORE INSERT ON person
        WHEN NEW.id NOT GLOB 'p_*'
        BEGIN SELECT RAISE(ABORT, 'a person is p_…'); END
    """,
    "person_stays_itself": """
        CREATE TRIGGER person_stays_itself BEFORE UPDATE OF id ON person
        BEGIN SELECT RAISE(ABORT, 'a person stays who they are'); END
    """,
    "machine_is_no_person": """
        CREATE TRIGGER machine_is_no_person BEFORE INSERT ON machine
        WHEN NEW.id NOT GLOB 'm_*'
        BEGIN SELECT RAISE(ABORT, 'a machine is m_…'); END
    """,
    "machine_stays_itself": """
        CREATE TRIGGER machine_stays_itself BEFORE UPDATE OF id ON machine
        BEGIN SELECT RAISE(ABORT, 'a machine stays what it is'); END
    """,
    "verdict_stands_in_the_book": """
        CREATE TRIGGER verdict_stands_in_the_book BEFORE INSERT ON verdict
        WHEN NOT EXISTS (
            SELECT 1 FROM entry WHERE seq = NEW.seq AND kind = 'verdict' AND actor = NEW.person
        )
        BEGIN SELECT RAISE(ABORT, 'a verdict is an entry of the person who gave it'); END
    """,
    "verdict_stays_what_it_was": """
        CREATE TRIGGER verdict_stays_what_it_was
        BEFORE UPDATE OF seq, production, at, person, task, content, gate, value, body ON verdict
        BEGIN SELECT RAISE(ABORT, 'a verdict is never altered'); END
    """,
    "override_stands_in_the_book": """
        CREATE TRIGGER override_stands_in_the_book BEFORE INSERT ON overridden
        WHEN NOT EXISTS (
            SELECT 1 FROM entry WHERE seq = NEW.seq AND kind = 'override' AND actor = NEW.person
        )
        BEGIN SELECT RAISE(ABORT, 'an override is an entry of the person who gave it'); END
    """,
    "override_stays_what_it_was": """
        CREATE TRIGGER override_stays_what_it_was BEFORE UPDATE ON overridden
        BEGIN SELECT RAISE(ABORT, 'an override is never altered'); END
    """,
}
