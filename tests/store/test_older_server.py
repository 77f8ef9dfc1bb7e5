"""PostgreSQL 15, the oldest that is promised: the same log, written, read and followed."""

from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent

import tests.county
from domain.errors import ClaimTaken, StaleVersion
from projections.record_view import RecordRender
from store.append import ClaimHash
from store.database import Database
from store.event_log import StoredLog
from store.migrate import migrate
from store.recorder import Terms
from tests.builders import NURSE, WANG, new_entry
from tests.county import County
from tests.store.audit import audited
from tests.store.logs import new_log


def test_the_log_is_the_same_on_postgresql_15(
    older_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(older_database.admin, login=True)
    with new_log(older_database) as log:
        monkeypatch.setattr(tests.county, "MemoryLog", lambda clock: StoredLog(log))
        county = County(render=RecordRender())
        record = county.open_record()
        county.records.add_entry(NURSE, record, new_entry("examinations"))
        county.records.read_record(WANG, record)
        rows = audited(log)

        with pytest.raises(StaleVersion):
            log.recorder.append([StoredEvent(record, 1, "record.created.v1", b"{}")])
        claims = Terms(claims=[ClaimHash("identity", bytes(32))])
        log.recorder.append([StoredEvent(uuid4(), 1, "record.created.v1", b"{}")], claims)
        with pytest.raises(ClaimTaken):
            log.recorder.append([StoredEvent(uuid4(), 1, "record.created.v1", b"{}")], claims)
        with log.recorder.subscribe(gt=len(rows)) as subscription:
            assert next(subscription).id == len(rows) + 1
