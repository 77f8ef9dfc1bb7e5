"""Histories of records for folding: what hypothesis draws, done in memory, then stored in a real log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from hypothesis import strategies as st

from domain.access_stream import AccessRefused, RecordExported, RecordListed, RecordRead, RecordReplayed
from domain.acts import Event, make
from domain.errors import RecordError
from domain.institution import Institution
from domain.ports import Recorded
from domain.record import Record
from projections import diff, generations
from projections.generations import Generation
from projections.projection import Projection, Row, rows_of
from projections.rebuild import Built, Options, Rebuild
from projections.source import Place, Source, open_source
from projections.tokens import KeyedTokens
from store.database import PROJECTOR, Database
from store.event_log import StoredLog
from store.wiring import OpenLog
from tests.builders import AREA, Clock, act
from tests.memory_log import MemoryLog
from tests.projections.acts import ACTS, OPENING, do, opened_record
from tests.projections.acts import EVERYTHING as DONE
from tests.store.logs import opened, origin_of, unused_log_no

Tables = Mapping[str, frozenset[Row]]

LOOKS = ("read", "list", "refuse", "search", "replay", "export", "history")
FINDINGS = ("found", "reviewed", "area")
_STEP = st.tuples(
    st.one_of(ACTS, ACTS, st.sampled_from((*LOOKS, *FINDINGS))), st.integers(0, 3), st.integers(0, 11)
)
STEPS = st.lists(_STEP, max_size=30) | st.lists(_STEP, min_size=15, max_size=30)  # few, or many
"""An act, on which of the records, and what else there is to choose."""

# Everything that can be done to a record, looked at of it and found of whoever looked.
EVERYTHING = [*DONE, *((name, 0, 1) for name in (*LOOKS, *FINDINGS, "found"))]
_DETECTOR = {"name": "burst", "edition": "2026.1", "digest": "0" * 64}
_READ: Mapping[str, object] = {
    "basis": "custody",
    "sections": ["record"],
    "record_version": 1,
    "log_position": 1,
    "asked_version": None,
    "as_of": None,
    "valid_at": None,
    "view": "record/1",
    "body_sha256": "00" * 32,
}
_numbers = count(100)


_REPLAYED: Mapping[str, object] = {
    "view": "record/1",
    "body_sha256": "00" * 32,
    "made_sha256": "00" * 32,
    "matched": True,
    "is_shape": False,
    "decision": "same",
}


_EXPORTED: Mapping[str, object] = {
    "basis": "self",
    "sections": ["evidence"],
    "record_version": 1,
    "log_position": 1,
    "view": "lifelong-evidence/1",
    "body_sha256": "00" * 32,
    "events": 1,
    "shown": 2,
    "held_back": 0,
    "parameters": {},
}


def history(steps: Sequence[tuple[str, int, int]]) -> list[Event]:
    """The events of a few records to which these things are done; what is refused is left out."""
    records = [opened_record() for _ in range(2)]
    events = [event for one in records for event in _decided(one)]
    institutions, findings = (uuid4(), uuid4()), _Findings()
    for name, which, other in steps:
        if name in OPENING:
            records.append(opened_record("pregnancy" if name == "unborn" else "visit"))
        if name not in (*LOOKS, *FINDINGS):
            with suppress(RecordError):
                do(name, records[which % len(records)], records[other % len(records)], other)
        events += [event for one in records for event in _decided(one)]
        events += _looks(name, records[which % len(records)], institutions[other % 2])
        events += findings.events(name, records[which % len(records)], institutions[other % 2])
    return events


def placed(events: Sequence[Event]) -> list[Recorded]:
    """The events as a log in memory has them."""
    log = MemoryLog(Clock())
    for event in events:
        log.append([event], at_end=[event.originator_id])
    return log.events


def _looks(name: str, one: Record, institution: UUID) -> Sequence[Event]:
    """What is written down when somebody of an institution looks, and is shown the record or refused."""
    done, stream = act(at=institution), one.access_stream
    told = {"record": one.id, "rules": ["a-rule"]}
    searched = make(Institution.Searched, done, institution, 0, key_kind="name", shown=1)
    match name:
        case "read":
            return [make(RecordRead, done, stream, 0, **told, **_READ)]
        case "list":
            listed = make(
                RecordListed, act(at=institution), stream, 0, basis="custody", key_kind="name", **told
            )
            return [searched, listed]
        case "search":
            return [searched]
        case "replay":
            return [make(RecordReplayed, done, stream, 0, basis="self", access=uuid4(), **told, **_REPLAYED)]
        case "export":
            return [make(RecordExported, done, stream, 0, **told, **_EXPORTED)]
        case "history":
            read = {"what": "accesses", "shown": 1, "position": 1}
            return [make(Institution.HistoryRead, done, institution, 0, **read)]
        case "refuse":
            refused = make(
                Institution.Refused, act(at=institution), institution, 0, action="read", rules=["a-rule"]
            )
            return [make(AccessRefused, done, stream, 0, action="read", **told), refused]
    return []


class _Findings:
    """What is found unusual at an institution, and reviewed; it is registered before the first."""

    def __init__(self) -> None:
        self._open: dict[UUID, list[UUID]] = {}

    def events(self, name: str, one: Record, institution: UUID) -> Iterator[Event]:
        told: Mapping[str, object]
        if name in ("found", "area") and institution not in self._open:
            self._open[institution] = []
            told = {"name": "a clinic", "kind": "village-clinic", "code": "A" * 22, "area": AREA}
            yield make(Institution.Created, act(at=institution), institution, 1, **told)
        if name == "area":
            area = f"{AREA[:-1]}{next(_numbers) % 9}"
            yield make(Institution.AreaChanged, act(at=institution), institution, 0, area=area)
        elif name == "found":
            done = act(at=institution)
            self._open[institution].append(done.event_id)
            told = {"practitioner": uuid4(), "record": one.id, "detector": _DETECTOR, "positions": [1, 2]}
            yield make(Institution.UnusualAccessFound, done, institution, 0, **told)
        elif name == "reviewed" and self._open.get(institution):
            told = {"finding": self._open[institution].pop(0), "outcome": "explained", "note": None}
            yield make(Institution.UnusualAccessReviewed, act(at=institution), institution, 0, **told)


def _decided(one: Record) -> list[Event]:
    return [event for event in one.collect_events() if isinstance(event, Event)]


@dataclass(frozen=True)
class Folded:
    """A log with its projections' place."""

    log: OpenLog
    stored: StoredLog
    place: Place

    def append(self, events: Sequence[Event]) -> None:
        """Store the events, one append for each run of them on one stream."""
        for event in events:
            self.stored.append([event], at_end=[event.originator_id])

    @contextmanager
    def source(self) -> Iterator[Source]:
        with open_source(self.place) as source:
            yield source

    def rebuild(self, projection: Projection, **options: object) -> Built:
        built = Rebuild(projection, self.place, Options(**options)).run()  # type: ignore[arg-type]  # each test sets fields of Options
        assert built is not None
        return built

    def live(self, projection: Projection) -> Generation:
        with self.source() as source:
            found = generations.live(source.db, projection, self.place.log_no)
            assert found is not None
            return found

    def tables(self, projection: Projection, generation: Generation | None = None) -> Tables:
        """What lies in the tables of the live generation, or of another."""
        of = generation or self.live(projection)
        with self.source() as source:
            return {
                table.name: frozenset(
                    plain(row) for row in source.db.execute(_all(of, table.name)).fetchall()
                )
                for table in projection.tables
            }

    def digest(self, projection: Projection, generation: Generation | None = None) -> str:
        of = generation or self.live(projection)
        with self.source() as source:
            return diff.combined(diff.digests(source.db, of, projection.tables))

    def oracle(self, projection: Projection, upto: int | None = None) -> Tables:
        """The rows that a plain fold of every record comes to: read one by one, as the domain reads."""
        last = self.stored.position() if upto is None else upto
        tokens, tables = KeyedTokens(self.log.keys), {table.name: set[Row]() for table in projection.tables}
        log = self.log.reader.log(first=1, limit=10**9)
        streams = {row.stream for row in log if projection.takes(row.topic)}
        for stream in streams:
            recorded = [
                one
                for one in self.stored.read(stream, upto_position=last)
                if projection.takes(one.stored.topic)
            ]
            for name, rows in _fold(projection, stream, recorded, tokens).items():
                tables[name] |= rows
        return {name: frozenset(rows) for name, rows in tables.items()}


def _fold(projection: Projection, stream: UUID, recorded: Sequence[Recorded], tokens: KeyedTokens) -> Tables:
    fold = projection.begin(stream, tokens)
    for one in recorded:
        fold.take(one)
    return rows_of(projection, fold) if recorded else {}


def _all(generation: Generation, table: str) -> bytes:
    return f'SELECT * FROM "{generation.schema}"."{table}"'.encode()


def plain(row: tuple[object, ...]) -> Row:
    """Arrays come as lists, which no set takes; folds say tuples or lists of one value each."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


@contextmanager
def folded(database: Database) -> Iterator[Folded]:
    """A new log in the module's database."""
    number = unused_log_no()
    with TemporaryDirectory(prefix="lifelong-keys-") as folder, opened(database, number, Path(folder)) as log:
        place = Place(database.dsn(PROJECTOR), Path(folder), origin_of(number), number)
        yield Folded(log, StoredLog(log), place)
