"""What the first page of a long history of accesses costs, against that of a short one; both recorded first.

`history_20000`: the accesses to a record, read by its resident from the record's own stream.
`institution_20000`: who of an institution looked at what, read by an auditor from the view that keeps it.
Each ratio is the rate at which pages of 20 rows are read of 20,000 accesses, to that of 20.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from domain.access import POLICY
from domain.access_stream import RecordRead
from domain.acts import Act, make
from domain.application import Records, utc_now
from domain.identity import identity_document
from domain.institution_state import Login
from domain.looks import LooksAsked
from domain.record import Record
from domain.requests import Consent, NewPractitioner, NewRecord, PageAsked
from domain.time import occurred_at
from domain.values import Who
from projections.reading import ViewReader
from projections.rebuild import Rebuild
from projections.record_view import EDITION, RecordRender
from projections.source import Place
from projections.tokens import KeyedTokens
from projections.view_queries import LogViews
from projections.views import looks
from store.database import APPENDER, PROJECTOR, READER, Database
from store.event_log import StoredLog
from store.settling import settle
from store.wiring import open_log
from tools.bench import county
from tools.bench.measure import Cell, ratio
from tools.output import say

FEW, MANY = 20, 20_000
PAGE = PageAsked(limit=20)
READS = 40  # of each contestant in each round
TOGETHER = 2000  # accesses stored by one append
LOG_NO = 9020
AUDITOR = "bench-auditor"


ORIGIN = f"lifelong.example/bench/{LOG_NO}"


@dataclass(frozen=True)
class World:
    """A log of its own with the application on it, its views asked for, and where they are built."""

    records: Records
    log: StoredLog
    place: Place


def measure(database: Database, folder: Path, rounds: int) -> tuple[dict[str, Cell], dict[str, float]]:
    """The cells of each contestant, and the ratios, measured in interleaved rounds."""
    with _world(database, folder / "history-keys") as world:
        reading = _contestants(world)
        settle()
        cells = {name: Cell() for name in reading}
        for _ in range(rounds):
            for name in random.sample(list(reading), k=len(reading)):
                cells[name].run(reading[name], READS)
    kinds = ("history", "institution")
    rates = {name: cell.rates for name, cell in cells.items()}
    return cells, {f"{one}_{MANY}": ratio(rates[f"{one}_{MANY}"], rates[f"{one}_{FEW}"]) for one in kinds}


@contextmanager
def _world(database: Database, keys: Path) -> Iterator[World]:
    with ExitStack() as stack:
        dsn = database.dsn(APPENDER)
        opened = stack.enter_context(closing(open_log(dsn=dsn, keys=keys, origin=ORIGIN, log_no=LOG_NO)))
        reader = stack.enter_context(closing(ViewReader(database.dsn(READER), LOG_NO)))
        log, views = StoredLog(opened), LogViews(reader, LOG_NO, KeyedTokens(opened.keys))
        place = Place(database.dsn(PROJECTOR), keys, ORIGIN, LOG_NO)
        yield World(Records(log, RecordRender(), views=views), log, place)


def _contestants(world: World) -> dict[str, Callable[[], object]]:
    """The first page of each history; the residents' records are looked at by people of the institutions."""
    records = world.records
    clinics = {FEW: county.found(records), MANY: _institution(records)}
    reading: dict[str, Callable[[], object]] = {}
    auditing = county.request(AUDITOR, "audit")
    for accesses, clinic in clinics.items():
        say(f"making a history of {accesses:,} accesses")
        login = Login(issuer=county.ISSUER, subject=f"bench-resident-{accesses}")
        record = _open_record(records, login)
        _look(world, record, clinic, accesses)
        own = county.request(login["subject"], "self")
        reading[f"history_{accesses}"] = partial(records.read_accesses, own, record, PAGE)
        reading[f"institution_{accesses}"] = partial(
            records.read_history, auditing, LooksAsked(clinic, page=PAGE)
        )
    Rebuild(looks.PROJECTION, world.place).run()
    return reading


def _institution(records: Records) -> UUID:
    """Another clinic, and an auditor of the county."""
    asked = county.request("bench-county", "management")
    bureau = records.who_calls(asked).institution
    if bureau is None:
        raise AssertionError("the county has a bureau")
    auditor = NewPractitioner("示例审计员", Login(issuer=county.ISSUER, subject=AUDITOR), roles=("auditor",))
    records.enrol_practitioner(asked, bureau, auditor)
    return records.register_institution(asked, replace(county.CLINIC, code="D" * 22)).institution


def _open_record(records: Records, login: Login) -> UUID:
    document = identity_document("passport", uuid4().hex[:12].upper(), issuer="USA")
    new = NewRecord("visit", [document], county.OPENED, consent=Consent("resident"), login=login)
    return records.create_record(county.request(), new).record


def _look(world: World, record_id: UUID, institution: UUID, accesses: int) -> None:
    """So many reads, as the application stores them."""
    record = world.log.load(Record, record_id)
    if record is None:
        raise AssertionError("it was just opened")
    for begin in range(0, accesses, TOGETHER):
        count = min(TOGETHER, accesses - begin)
        reads = [
            make(RecordRead, _act(institution), record.access_stream, 0, **_read(record))
            for _ in range(count)
        ]
        world.log.append(reads, at_end=[record.access_stream])


def _act(institution: UUID) -> Act:
    who = Who(
        actor=str(uuid4()),
        role="practitioner",
        institution=str(institution),
        licence=None,
        entered_by=None,
        authenticated=county.request().principal.authenticated,
        source=None,
        late=False,
    )
    return Act(uuid4(), who, occurred_at(utc_now()), "care", POLICY.ref)


def _read(record: Record) -> dict[str, object]:
    return {
        "record": record.id,
        "basis": "custody",
        "rules": ["staff-in-custody-read"],
        "sections": ["record"],
        "record_version": record.version,
        "log_position": 1,
        "asked_version": None,
        "as_of": None,
        "valid_at": None,
        "view": EDITION,
        "body_sha256": "00" * 32,
    }
