"""Who may be asked: what goes into an attempt has a label, and facts say where it would travel."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from circletake.domain.attempt import Label
from circletake.generate.facts import Facts

LONGEST_KEPT_S = 30 * 24 * 3600
"""How long a service may keep what is confidential: what most of them delete within."""


@dataclass(frozen=True, slots=True)
class Route:
    """Whether a provider may be asked.

    Args:
        reasons: why not, a sentence each; empty where it may.
        warnings: what to mind, a sentence each.
    """

    provider: str
    facts: Facts
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def offered(self) -> bool:
        """Whether it may be asked."""
        return not self.reasons


def routes(providers: Mapping[str, Facts], label: Label, *, today: date) -> list[Route]:
    """Every provider with whether it may be asked, those that may first.

    Args:
        providers: name → facts.
        label: of what would go in.
    """
    found = [
        Route(name, facts, tuple(_reasons(facts, label)), tuple(_warnings(facts, label, today)))
        for name, facts in sorted(providers.items())
    ]
    return sorted(found, key=lambda route: not route.offered)


def _reasons(facts: Facts, label: Label) -> list[str]:
    if facts.local or label == "open":
        return []
    if label == "embargoed":
        return ["What is embargoed does not leave this machine, and this provider is elsewhere."]
    said: list[str] = []
    is_strict = label == "confidential"
    if facts.public_urls == "yes" or (is_strict and facts.public_urls == "unknown"):
        said.append(_about("lies at addresses that anybody can open", label, facts.public_urls))
    if facts.trains_on_inputs == "yes" or (is_strict and facts.trains_on_inputs == "unknown"):
        said.append(_about("is used for training", label, facts.trains_on_inputs))
    if is_strict and (facts.retention_s is None or facts.retention_s > LONGEST_KEPT_S):
        days = None if facts.retention_s is None else facts.retention_s // 86_400
        kept = "is kept for nobody knows how long" if days is None else f"is kept for {days} days"
        said.append(f"What goes in {kept}, which is too long for what is confidential.")
    return said


def _about(what: str, label: Label, answer: str) -> str:
    may = "may be, for all that is known, what" if answer == "unknown" else "is what"
    return f"What goes in {what}: that {may} this provider does, and not for what is {label}."


def _warnings(facts: Facts, label: Label, today: date) -> list[str]:
    said = facts.warnings(today)
    if not facts.local and label != "open":
        said += [
            f"Nobody has found out whether what goes in {what}."
            for answer, what in (
                (facts.public_urls, "lies at addresses that anybody can open"),
                (facts.trains_on_inputs, "is used for training"),
            )
            if answer == "unknown"
        ]
    if facts.refusal_charged == "yes":
        said.append("A refusal costs as much as a take here.")
    return said
