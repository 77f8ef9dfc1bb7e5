"""Everybody who meets a record, what each of them may do, and what was told: for machines that try it all."""

from dataclasses import dataclass, field
from datetime import date
from typing import cast
from uuid import UUID

from hypothesis import strategies as st

from domain import forms
from domain.sequels import SEQUELS
from domain.values import JsonObject
from tests.builders import (
    DOCTOR,
    KEEPER,
    LI,
    NURSE,
    OTHER_NURSE,
    PLAIN_KINDS,
    WANG,
    request,
)
from tests.whole_life import LAWYER, OTHER_NURSE_AT_NIGHT

SON = request("son", "self")  # the guardian of the first resident
OTHER_KEEPER = request("other-nurse", "management")
PEOPLE = {
    "nurse": NURSE,
    "doctor": DOCTOR,
    "keeper": KEEPER,
    "nurse elsewhere": OTHER_NURSE,
    "manager elsewhere": OTHER_KEEPER,
    "resident": WANG,
    "neighbour": LI,
    "guardian": SON,
    "lawyer": LAWYER,
    "nurse at night": OTHER_NURSE_AT_NIGHT,
}
WORKERS = ("nurse", "doctor", "keeper")
SPEAKERS = ("resident", "neighbour", "guardian")
ADDED = sorted({*PLAIN_KINDS, "cards"} - {"guardians", "representatives"})
FOLLOWED = [(of, name) for of, rows in SEQUELS.items() for name in rows]

ANYBODY = st.sampled_from(sorted(PEOPLE))


def somebody(action: str, whose: int = 0) -> st.SearchStrategy[str]:
    """One who may do it to the first record or the second, or anybody."""
    may = MAY.get(action, ("nurse", "doctor"))
    return st.sampled_from(SPEAK[whose] if action == "resident-part" else may) | ANYBODY


SPEAK = (("resident", "guardian"), ("neighbour",))
MAY = {
    "check-quality": WORKERS,
    "answer-referral": ("nurse elsewhere",),
    "answer-consultation": ("nurse elsewhere",),
    **dict.fromkeys(("apply", "withdraw-application"), ("nurse elsewhere",)),
    **dict.fromkeys(("disclose", "hold"), ("lawyer",)),
    **dict.fromkeys(("decide-application", "end-grant", "review-emergency"), ("keeper",)),
    "break-glass": ("nurse at night",),
    **dict.fromkeys(("file", "decide-correction", "settle-identity", "misfile", "merge"), ("keeper",)),
}


@dataclass
class Told:
    """An entry that was accepted: whose, of which kind, and every canary that was ever written into it."""

    record: UUID
    id: UUID
    kind: str
    says: str  # the canary in its content as it stands
    canaries: set[str] = field(default_factory=set)  # all there ever were in it, and in what followed
    steps: list[UUID] = field(default_factory=list)
    is_hidden: bool = False

    def say(self, canary: str) -> None:
        self.says = canary
        self.canaries.add(canary)


def text_field(form: str) -> str:
    """The first free text at the top of a form's example."""
    current = forms.current(form, date(2026, 6, 1))
    described = cast(dict[str, JsonObject], current.description["fields"])
    texts = (pointer[1:] for pointer, told in described.items() if told["kind"] == "text")
    return next(name for name in texts if name in current.example)
