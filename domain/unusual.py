"""Which accesses are unusual: rules as data, over accesses and what is known of both people.

Pure. What is known (`Known`) is read elsewhere, for the time of a run, and nothing of it is in a finding.
"""

import tomllib
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from domain.institution_state import Practitioner
from domain.looks import Look
from domain.time import CHINA
from domain.values import EditionRef, JsonObject, digest
from domain.work_days import is_work_day


@dataclass(frozen=True)
class Detector:
    """A rule by name and edition, with its parameters; titles in plain words."""

    name: str
    edition: str
    zh: str
    en: str
    parameters: Mapping[str, Any]  # Any: numbers, switches and lists of codes, as its function reads them

    @property
    def description(self) -> JsonObject:
        """The rule as the log adopts it."""
        return {"name": self.name, "edition": self.edition, **self.parameters}

    @property
    def ref(self) -> EditionRef:
        return EditionRef(name=self.name, edition=self.edition, digest=digest(self.description))

    @property
    def days(self) -> timedelta:
        """The time before and after an access that it looks at."""
        return timedelta(days=self.parameters.get("days", 0))


@dataclass(frozen=True)
class Known:
    """What is known of whoever looked and of the resident, for one access.

    kin: by their own records they are one person ("self") or of one family ("family"). family_names: of the
    resident, and of the practitioner. written: when the institution wrote into the record, as far as known.
    is_keeper: the institution keeps or kept the record; is_sent: it was sent to, or asked for its opinion.
    """

    practitioner: Practitioner | None
    kin: str | None = None
    family_names: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    written: Sequence[datetime] = field(default=())
    is_keeper: bool = False
    is_sent: bool = False

    def wrote_near(self, look: Look, within: timedelta) -> bool:
        return any(abs(one - look.at) <= within for one in self.written)


@dataclass(frozen=True)
class Suspicion:
    """Accesses of one practitioner that a rule finds unusual. record: of whom; None: of several."""

    detector: Detector
    institution: UUID
    practitioner: UUID
    record: UUID | None
    positions: tuple[int, ...]


NOT_SHOWN: Final = ("listed", "refused")  # kinds of accesses by which nobody saw what a record holds
Knowing = Callable[[Look], Known]
Test = Callable[[Detector, Look, Known, datetime], bool]


def unusual(looks: Iterable[Look], known: Knowing, now: datetime) -> Iterator[Suspicion]:
    """The suspicions over accesses, given in the order of the log. now: the instant of the run, aware."""
    told = [look for look in looks if look.practitioner and look.record and look.kind not in NOT_SHOWN]
    found: dict[tuple[str, UUID | None, UUID | None, UUID | None], list[int]] = defaultdict(list)
    for look in told:
        facts = known(look)
        for name, test in TESTS.items():
            if test(DETECTORS[name], look, facts, now):
                found[name, look.institution, look.practitioner, look.record].append(look.position)
    for look in _bursts(told, DETECTORS[BURST]):
        found[BURST, look.institution, look.practitioner, None].append(look.position)
    for (name, institution, practitioner, record), positions in found.items():
        assert institution is not None and practitioner is not None  # noqa: S101  # as told
        yield Suspicion(DETECTORS[name], institution, practitioner, record, tuple(positions))


def _is_own(detector: Detector, look: Look, known: Known, now: datetime) -> bool:
    return known.kin == "self"


def _is_family(detector: Detector, look: Look, known: Known, now: datetime) -> bool:
    return known.kin == "family"


def _has_same_name(detector: Detector, look: Look, known: Known, now: datetime) -> bool:
    resident, practitioner = known.family_names
    is_settled = look.at + detector.days <= now
    return is_settled and bool(resident & practitioner) and not known.wrote_near(look, detector.days)


def _has_no_care(detector: Detector, look: Look, known: Known, now: datetime) -> bool:
    """Whether care follows is not known before the days are over."""
    if look.purpose not in detector.parameters["purposes"] or look.at + detector.days > now:
        return False
    return not (known.is_keeper or known.is_sent or known.wrote_near(look, detector.days))


def _is_closed(detector: Detector, look: Look, known: Known, now: datetime) -> bool:
    at, rule = look.at.astimezone(CHINA), detector.parameters
    is_night = at.hour >= rule["from"] or at.hour < rule["until"]
    is_off = rule["days_off"] and not is_work_day(at.date())
    if not (is_night or is_off) or look.purpose in rule["except"] or look.at + detector.days > now:
        return False
    return not known.wrote_near(look, detector.days)


def _has_ended(detector: Detector, look: Look, known: Known, now: datetime) -> bool:
    held = known.practitioner
    if held is None:
        return False
    roles = (*held.roles, *held.ended)
    day = look.at.astimezone(CHINA).date().isoformat()
    until = held.licence_until(day)
    has_role = any(one.role == look.role and one.is_held(look.at) for one in roles)
    return not has_role or (until is not None and day > until)


def _bursts(looks: Sequence[Look], detector: Detector) -> Iterator[Look]:
    """The accesses in any span of so many minutes in which one person looked at too many records."""
    span, most = timedelta(minutes=detector.parameters["minutes"]), detector.parameters["records"]
    by_person: dict[UUID | None, list[Look]] = defaultdict(list)
    for look in looks:
        by_person[look.practitioner].append(look)
    for of_one in by_person.values():
        yield from _too_many(of_one, span, most)


def _too_many(looks: Sequence[Look], span: timedelta, most: int) -> Iterator[Look]:
    window, records, told = deque[Look](), Counter[UUID | None](), 0
    for look in looks:
        window.append(look)
        records[look.record] += 1
        while look.at - window[0].at > span:
            gone = window.popleft()
            records[gone.record] -= 1
            records += Counter()  # without those that are gone
        if len(records) > most:
            yield from (one for one in window if one.position > told)
            told = look.position


def _read() -> Mapping[str, Detector]:
    text = files("domain").joinpath("data", "unusual_access.toml").read_text(encoding="utf-8")
    return {name: _detector(name, told) for name, told in tomllib.loads(text).items()}


def _detector(name: str, told: Mapping[str, Any]) -> Detector:  # Any: as TOML has it
    own = {key: told[key] for key in ("edition", "zh", "en")}
    return Detector(name, **own, parameters={key: told[key] for key in told.keys() - own.keys()})


DETECTORS: Final = _read()
BURST: Final = "burst"
TESTS: Final[Mapping[str, Test]] = {
    "own-record": _is_own,
    "same-household": _is_family,
    "same-family-name": _has_same_name,
    "no-care-relation": _has_no_care,
    "closed-hours": _is_closed,
    "ended-designation": _has_ended,
}
