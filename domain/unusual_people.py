"""What a run of the detectors knows of the people: read from the records and institutions while it lasts.

A practitioner has no family in the institution's events; where their login also is that of a resident, their
own record tells who they are. Nothing of this leaves the run.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from domain import record_events as events
from domain.acts import Event
from domain.callers import RESIDENT_LOGIN
from domain.entries import KINDS, PERSONAL
from domain.institution import Institution
from domain.institution_state import Practitioner
from domain.looks import Look
from domain.ports import EventLog
from domain.record import Record
from domain.scalars import JsonObject
from domain.unusual import Known
from domain.values import earliest

# Family names of two characters (百家姓, and those that are common today); all others have one.
COMPOUND: Final = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳".split()
    + "公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 令狐 呼延 轩辕".split()
)
CONTACTS: Final = ("phone", "contact_phone")
KEPT: Final = 2000  # people remembered in a run


@dataclass
class Household:
    """What a record tells of a resident and of those around them."""

    numbers: frozenset[str] = frozenset()
    family_names: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    relatives: set[UUID] = field(default_factory=set)
    sent_to: set[str] = field(default_factory=set)
    keepers: set[str] = field(default_factory=set)
    written: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))

    def is_family_of(self, own: "Household", own_record: UUID, record: UUID) -> bool:
        """Whether two people live together or are related, as either record tells it."""
        is_related = own_record in self.relatives or record in own.relatives
        return is_related or bool(self.phones & own.phones or self.addresses & own.addresses)


class People:
    """Looks up both people of an access, each once."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._household: dict[UUID, Household | None] = {}
        self._institution = cache(lambda one: log.load(Institution, one))

    def known(self, look: Look) -> Known:
        """What is known for one access, whose record and practitioner are told."""
        household = self._of(look.record)
        practitioner = self._practitioner(look)
        if household is None or practitioner is None:
            return Known(practitioner)
        own = self._own_record(practitioner)
        institution = str(look.institution)
        return Known(
            practitioner,
            self._kin(look, household, own),
            (frozenset(household.family_names), frozenset(family_name(practitioner.name))),
            household.written.get(institution, ()),
            look.basis == "custody" or institution in household.keepers,
            institution in household.sent_to,
        )

    def _practitioner(self, look: Look) -> Practitioner | None:
        institution = self._institution(look.institution)
        return institution.state.practitioners.get(str(look.practitioner)) if institution else None

    def _own_record(self, practitioner: Practitioner) -> UUID | None:
        login = practitioner.login
        return self._log.find_claim(RESIDENT_LOGIN, f"{login['issuer']} {login['subject']}")

    def _kin(self, look: Look, household: Household, own_record: UUID | None) -> str | None:
        own = self._of(own_record)
        if own is None or own_record is None or look.record is None:
            return None
        if own_record == look.record or own.numbers & household.numbers:
            return "self"
        return "family" if household.is_family_of(own, own_record, look.record) else None

    def _of(self, record: UUID | None) -> Household | None:
        if record is None:
            return None
        if record not in self._household:
            if len(self._household) >= KEPT:
                self._household.clear()
            self._household[record] = _read(self._log, record)
        return self._household[record]


def family_name(name: str) -> set[str]:
    """The family name of a name: of Chinese characters the first, or two; of other letters the last word."""
    words = name.split()
    if not words or "·" in name or "•" in name:
        return set()  # names of peoples that use none
    if words[-1].isascii():
        return {words[-1].casefold()} if len(words) > 1 else set()
    return {name[:2] if name[:2] in COMPOUND else name[:1]}


def _read(log: EventLog, record_id: UUID) -> Household | None:
    record = log.load(Record, record_id)
    if record is None:
        return None
    state = record.state
    found = Household(frozenset(state.identity_numbers), keepers={state.custodian})
    for one in log.read(record_id, upto_version=record.version):
        if isinstance(one.event, Event):
            _take(found, one.event, one.stored.recorded_at)
    return found


def _take(found: Household, event: Event, recorded_at: datetime) -> None:
    if isinstance(event, events.Created):
        found.keepers.add(str(event.custodian))
    elif isinstance(event, events.EntryRecorded):
        if KINDS[event.KIND].is_care:
            _write(found, event, recorded_at)
        _tell(found, event.KIND, event.form["name"], event.content)
    elif isinstance(event, events.EntryCorrected):
        _tell(found, "", event.form["name"], event.content)
    elif isinstance(event, events.EntryFollowed) and {"referrals", "consultations"} & {*event.OF}:
        _write(found, event, recorded_at)


def _write(found: Household, event: Event, recorded_at: datetime) -> None:
    """When it was written down, and when it happened."""
    institution = event.who["institution"]
    if institution is not None:
        found.written[institution] += [recorded_at, earliest(event.occurred)]


def _tell(found: Household, kind: str, form: str, content: JsonObject) -> None:
    if form in PERSONAL:
        found.family_names |= family_name(str(content.get("name", "")))
        found.phones |= {str(content[name]) for name in CONTACTS if name in content}
        found.addresses |= {"".join(one.split()) for one in _texts(content, "address")}
    elif kind == "relationships":
        found.relatives |= {UUID(one) for one in _texts(content, "record")}
    elif kind in ("referrals", "consultations"):
        found.sent_to |= set(_texts(content, "to"))


def _texts(content: JsonObject, name: str) -> Iterator[str]:
    value = content.get(name)
    if isinstance(value, str):
        yield value
