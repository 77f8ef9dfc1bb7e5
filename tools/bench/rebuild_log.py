"""A log to rebuild views from: whole records of a clinic's routine, stored as fast as they can be.

Each record is opened, enrolled and followed up: the events that the application makes of one life, of about
570 bytes each, stored again for every other record under ids of its own. They come one at a time in rounds
over all records, so that a record lies scattered over the log as in a county.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from domain.acts import Event
from domain.application import Records
from domain.values import Occurred, occurred
from projections.record_view import RecordRender
from projections.source import Place
from store.database import APPENDER, PROJECTOR, Database
from store.event_log import StoredLog
from store.mapper import parts_of, topic_of
from store.recorder import Terms
from store.wiring import OpenLog, open_log
from tools.bench import county

EACH = 20  # events of a record
AT_ONCE = 2_000  # events in one append
ORIGIN = "lifelong.example/bench/3"
LOG_NO = 9003


@dataclass(frozen=True)
class Filled:
    """The log, where it lies, and what every record of it says."""

    log: OpenLog
    place: Place
    life: Sequence[Event]

    @property
    def position(self) -> int:
        return self.log.reader.last_position()

    def grow(self, events: int) -> list[UUID]:
        """Store so many more events, of new records; their ids."""
        records = [uuid4() for _ in range(-(-events // EACH))]
        parts = [(topic_of(one), parts_of(one)) for one in self.life]
        for version, (topic, part) in enumerate(parts, start=1):
            for first in range(0, len(records), AT_ONCE):
                chunk = records[first : first + AT_ONCE]
                stored = [StoredEvent(record, version, topic, b"") for record in chunk]
                self.log.recorder.append(stored, Terms(parts=[part] * len(chunk)))
        return records


def fill(database: Database, folder: Path, events: int) -> Filled:
    """Begin a log of about so many events."""
    keys = folder / "keys"
    log = open_log(dsn=database.dsn(APPENDER), keys=keys, origin=ORIGIN, log_no=LOG_NO)
    filled = Filled(log, Place(database.dsn(PROJECTOR), keys, ORIGIN, LOG_NO), _life(log))
    filled.grow(max(0, events - filled.position))
    return filled


def _life(log: OpenLog) -> list[Event]:
    """EACH events of one record, as the application makes them."""
    stored = StoredLog(log)
    records = Records(stored, RecordRender())
    county.found(records)
    record = county.open_record(records)
    begun = len(stored.read(record))
    entries = enumerate(county.entries(EACH - begun))
    records.add_entries(county.request(), record, [replace(one, occurred=day(at)) for at, one in entries])
    events = [one.event for one in stored.read(record)]
    return [event for event in events if isinstance(event, Event)]


def day(number: int) -> Occurred:
    """When the entry of that number occurred: one a month, from long ago on."""
    return occurred(f"{2000 + number // 12}-{number % 12 + 1:02}-15T09:30:00+08:00")
