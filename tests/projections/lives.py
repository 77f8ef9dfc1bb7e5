"""Lives in memory for the folds of views: what hypothesis draws is done at a county's clinic, day by day."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.entries import FORMS
from domain.errors import RecordError
from domain.identity import identity_document
from domain.ports import Recorded
from domain.record import Record
from domain.record_events import EntryMisfiled, IdentityUnlinked
from domain.requests import Correction, Misfiling, NewEntry, NewSequel, Request
from domain.sequels import SEQUELS
from domain.time import CHINA, occurred_at
from projections.projection import Projection, Row, Rows, rows_of
from projections.record_view import RecordRender
from tests.builders import KEEPER, NURSE, OTHER_NURSE, content, request
from tests.county import County

NAMES = ("王小明", "王小红", "单雄信", "Zhenzhu Canaryson", "阿依·古丽")
AT_NIGHT = request("other-nurse", "emergency")
FOLLOW_UPS = ("hypertension-follow-up", "type-2-diabetes-follow-up", "self-care-assessment")

ACTS = (
    "basic",
    "complete",
    "basic-correction",
    "enrol",
    "follow-up",
    "examination",
    "encounter",
    "referral",
    "accept",
    "return",
    "consult",
    "answer",
    "card",
    "lose-card",
    "replace-card",
    "file",
    "dispute",
    "settle",
    "finding",
    "resolve",
    "exit",
    "retract",
    "misfile",
    "close",
    "reopen",
    "unlink",
    "apply",
    "approve",
    "agree",
    "withdraw",
    "emergency",
    "review",
)
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 7), st.sampled_from((0, 1, 9, 40, 200))), max_size=25
)


class Unkeyed:
    """Tokens that anybody can make."""

    def token(self, kind: str, text: str) -> bytes:
        return hashlib.sha256(f"{kind}|{text}".encode()).digest()


@dataclass
class Lived:
    """One resident's record, and what was done to it."""

    county: County = field(default_factory=lambda: County(RecordRender()))

    def __post_init__(self) -> None:
        self.record = self.county.open_record()

    @property
    def recorded(self) -> list[Recorded]:
        return self.county.log.read(self.record)

    @property
    def state(self) -> Record:
        opened = self.county.log.load(Record, self.record)
        assert opened is not None
        return opened

    def live(self, steps: Sequence[tuple[str, int, int]]) -> "Lived":
        """What is refused is left out."""
        for name, which, days in steps:
            self.county.clock.move(days=days)
            with suppress(RecordError):
                self.do(name, which)
        return self

    def do(self, name: str, which: int) -> None:
        """One act; `which` chooses among its possibilities."""
        records, other = self.county.records, str(self.county.other_clinic)
        match name:
            case "basic":
                self.add("basic-information", self._basic(which))
            case "complete":
                self.add("basic-information", self._basic(which, phone="010-11110000"))
            case "basic-correction":
                wrong = Correction(
                    self._pick(which, "basic-information"), "misread", self._basic(which + 1), self.now
                )
                records.correct_entry(NURSE, self.record, self.state.version, wrong)
            case "enrol":
                programme = ("hypertension", "type-2-diabetes")[which % 2]
                self.add("programmes", content("programme-enrolment", programme=programme, enrolled_on=None))
            case "follow-up":
                form = FOLLOW_UPS[which % 2]
                with suppress(RecordError):
                    self.do("enrol", which)
                self.add("follow-ups", content(form), form)
            case "examination" | "encounter" | "card" | "dispute" | "finding":
                kind = {"dispute": "identity-disputes", "finding": "quality-findings"}.get(name, f"{name}s")
                missing = {"other": None} if name == "dispute" else {}
                changes = {"about": None} if name == "finding" else missing
                self.add(kind, content(FORMS[kind][0], **changes))
            case "referral":
                self.add("referrals", content("referral", to=other, until=self._day(30)))
            case "consult":
                self.add("consultations", content("consultation-request", to=other, until=self._day(30)))
            case "apply":
                term = {"since": self._day(0), "until": self._day(300)}
                self.add(
                    "access-applications", content("access-application", to=other, **term), None, OTHER_NURSE
                )
            case "emergency":
                self.add("emergency-accesses", content("emergency-access"), None, AT_NIGHT)
            case "misfile":
                entry = self._pick(which, *FORMS)
                records.misfile_entry(
                    KEEPER, self.record, self.state.version, Misfiling(entry, "another resident's")
                )
            case "retract":
                entry = self._pick(which, *FORMS)
                records.retract_entry(NURSE, self.record, self.state.version, entry, "in error")
            case "close":
                records.close_record(
                    NURSE, self.record, self.state.version, reason="moved-out", since=self.now
                )
            case "reopen":
                records.reopen_record(NURSE, self.record, self.state.version, reason="came back")
            case "unlink":
                self._unlink()
            case _:
                self._follow(name, which)

    def _unlink(self) -> None:
        """The oldest link was another person's; the record goes on under a temporary identity at least."""
        records = self.county.records
        with suppress(RecordError):
            records.link_identity(NURSE, self.record, identity_document("temporary", reason="a namesake's"))
        oldest = UUID(next(iter(self.state.state.links)))
        records.unlink_identity(KEEPER, self.record, self.state.version, oldest, "a namesake's")

    def add(
        self, kind: str, filled: Mapping[str, object], form: str | None = None, who: Request = NURSE
    ) -> UUID:
        entry = NewEntry(kind, filled, self.now, form=form or FORMS[kind][0])
        return self.county.records.add_entry(who, self.record, entry).stored[0].event

    def _day(self, days: int) -> str:
        return str(day(later(self, days)))

    def _follow(self, name: str, which: int) -> None:
        of, sequel, who = {
            "accept": ("referrals", "acceptance", OTHER_NURSE),
            "return": ("referrals", "return", OTHER_NURSE),
            "answer": ("consultations", "opinion", OTHER_NURSE),
            "lose-card": ("cards", "loss", NURSE),
            "replace-card": ("cards", "replacement", NURSE),
            "file": ("entries", "filing", KEEPER),
            "settle": ("identity-disputes", "settlement", KEEPER),
            "resolve": ("quality-findings", "resolution", KEEPER),
            "exit": ("programmes", "exit", NURSE),
            "approve": ("access-applications", "approval", KEEPER),
            "agree": ("access-applications", "agreement", NURSE),
            "withdraw": ("access-applications", "withdrawal", OTHER_NURSE),
            "review": ("emergency-accesses", "review", KEEPER),
        }[name]
        entry = self._pick(which, *(FORMS if of == "entries" else (of,)))
        filled = content(SEQUELS[of][sequel].form)
        self.county.records.follow_entry(who, self.record, NewSequel(of, sequel, entry, filled, self.now))

    @property
    def now(self) -> Any:  # Any: Occurred, as the requests take it
        return occurred_at(self.county.clock())

    def _basic(self, which: int, **more: object) -> dict[str, object]:
        told = content("personal-basic-information", identity_number=None, sex="female", **more)
        told |= {"name": NAMES[which % len(NAMES)], "birth_date": "1949-12-31"}
        lacking = ("past_history", *(() if more else ("phone",))) if which % 3 == 0 else ()
        return {name: value for name, value in told.items() if name not in lacking}

    def _pick(self, which: int, *kinds: str) -> UUID:
        """One of the entries of the kinds; raises UnknownEntry where there is none."""
        found = [UUID(key) for key, entry in self.state.state.entries.items() if entry.kind in kinds]
        return found[which % len(found)] if found else UUID(int=0)


def fold(projection: Projection, record: UUID, recorded: Sequence[Recorded]) -> Rows:
    """The rows that a plain fold comes to."""
    begun = projection.begin(record, Unkeyed())
    for one in recorded:
        if projection.takes(one.stored.topic):
            begun.take(one)
    return rows_of(projection, begun)


def stopped(recorded: Sequence[Recorded], position: int) -> list[Recorded]:
    """What was recorded up to a position, and which entries and links are known today to be wrong."""
    wrong = EntryMisfiled | IdentityUnlinked
    return [one for one in recorded if one.stored.position <= position or isinstance(one.event, wrong)]


def held(rows: Rows, position: int) -> dict[str, set[Row]]:
    """The facts that hold at a position, by table: rows without their positions, which stand last."""
    return {name: {row[:-2] for row in found if _holds(row, position)} for name, found in rows.items()}


def _holds(row: Row, position: int) -> bool:
    since, until = row[-2:]
    assert isinstance(since, int)
    return since <= position and (until is None or position < int(str(until)))


def day(at: datetime) -> Any:  # Any: a date, compared with what JSON tells
    return at.astimezone(CHINA).date()


def later(lived: Lived, days: int) -> datetime:
    return lived.county.clock() + timedelta(days=days)
