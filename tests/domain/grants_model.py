"""What a machine that tries access knows by itself: what was accepted, and who may be shown what by that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from hypothesis import strategies as st

from domain.age_bands import age
from domain.record_events import EntryFollowed, EntryRecorded
from domain.time import CHINA

BORN = date(2012, 6, 15)  # 13 when the machine begins: decides from 2026-06-15 on, is of age in 2030
CHILD, MOTHER = "child", "mother"
APPLICANTS = ("other-nurse", "other-doctor")
MANAGERS = ("doctor", "manager")
STAFF = ("nurse", *MANAGERS)
GUARDIANS = (MOTHER, "other-nurse", "manager")  # one who applies and one who approves are parents too
APPLICATIONS, EMERGENCIES = "access-applications", "emergency-accesses"
PLAIN, PSYCHIATRIC, DRUG = "金丝雀甲", "金丝雀乙", "金丝雀丙"  # what each of three entries says
SECTION = {PLAIN: "problems", PSYCHIATRIC: "problems", DRUG: "medications"}
DEPRESSION = {"system": "http://hl7.org/fhir/sid/icd-10", "code": "F32.900"}
ENDINGS = ("refusal", "objection", "withdrawal", "revocation")
PURPOSES = st.sampled_from(["care", "research"])


@dataclass
class Applied:
    """An application as it was accepted, and every decision on it that was, by whose login."""

    by: str
    purpose: str
    sections: frozenset[str]
    sensitive: bool
    until: date
    decisions: dict[str, str] = field(default_factory=dict)

    def lets_in(self, on: date) -> bool:
        both = {"approval", "agreement"} <= set(self.decisions)
        return both and not set(ENDINGS) & set(self.decisions) and on <= self.until


@dataclass
class Opened:
    by: str
    until: datetime
    is_reviewed: bool = False


@dataclass
class Known:
    """The model. clock: as the county has it."""

    clock: Callable[[], datetime]
    applied: dict[UUID, Applied] = field(default_factory=dict)
    opened: dict[UUID, Opened] = field(default_factory=dict)
    guardians: dict[UUID, str] = field(default_factory=dict)
    restrictions: set[UUID] = field(default_factory=set)
    is_dead: bool = False

    @property
    def today(self) -> date:
        return self.clock().astimezone(CHINA).date()

    @property
    def years(self) -> int:
        return age(BORN, self.today)

    def shown_to(self, who: str, purpose: str) -> set[str]:
        """What this reader may be shown now; nothing: they are not let in."""
        kept = {DRUG} if self.restrictions else set()
        if purpose == "self":
            return set(SECTION) if who == CHILD or self.speaks(who) else set()
        if purpose == "emergency":
            return set(SECTION) if self.has_opened(who) else set()
        grants = [one for one in self.applied.values() if one.purpose == purpose and one.lets_in(self.today)]
        found = {canary for one in grants for canary in SECTION if SECTION[canary] in one.sections}
        if not any(one.sensitive and "problems" in one.sections for one in grants):
            found.discard(PSYCHIATRIC)
        return found - kept

    def has_opened(self, who: str) -> bool:
        return any(one.by == who and self.is_open(one) for one in self.opened.values())

    def is_open(self, one: Opened) -> bool:
        return not (self.is_dead or one.is_reviewed) and self.clock() < one.until

    def speaks(self, who: str) -> bool:
        """Whether this login may act for the resident now: their own, or a guardian's until of age."""
        is_guardian = who in self.guardians.values() and self.years < 18
        return not self.is_dead and (who == CHILD or is_guardian)

    @property
    def has_guardian(self) -> bool:
        return self.years < 18  # parents of one who came of age are guardians no more


def person(event: EntryRecorded | EntryFollowed) -> tuple[str | None, str]:
    by = event.who["authenticated"]
    return event.who["actor"], f"{by['issuer']} {by['subject']}"
