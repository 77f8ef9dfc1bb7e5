"""Recomputes a whole log from what the database holds, by the plain definitions and no shortcut."""

import json
from base64 import urlsafe_b64decode
from collections import defaultdict
from hashlib import sha256
from itertools import pairwise
from uuid import UUID

from store.reader import StoredRow
from store.wiring import OpenLog


def audited(log: OpenLog) -> list[StoredRow]:
    """All events of the log, after checking positions, instants, leaf hashes, chains and commitments."""
    rows: list[StoredRow] = []
    while page := log.reader.log(first=len(rows) + 1, limit=1000):
        rows.extend(page)
    assert [row.position for row in rows] == list(range(1, len(rows) + 1))
    assert all(a.recorded_at < b.recorded_at for a, b in pairwise(rows))
    streams: dict[UUID, list[StoredRow]] = defaultdict(list)
    for row in rows:
        streams[row.stream].append(row)
        _check_event(log, row)
    for events in streams.values():
        _check_chain(events)
    return rows


def _check_event(log: OpenLog, row: StoredRow) -> None:
    envelope = json.loads(row.envelope)
    assert row.leaf_hash == sha256(b"\0" + row.envelope).digest()
    assert (envelope["log"], envelope["v"]) == (log.origin, 1)
    assert (envelope["stream"], envelope["version"]) == (str(row.stream), row.version)
    assert (envelope["event"], envelope["topic"]) == (str(row.event), row.topic)
    assert envelope["at"] == row.recorded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert envelope["parts"].keys() == row.parts.keys()
    for name, part in row.parts.items():
        framed = b"\x10" + part.salt + bytes([len(name)]) + name.encode() + part.value
        assert urlsafe_b64decode(envelope["parts"][name] + "=") == sha256(framed).digest()


def _check_chain(events: list[StoredRow]) -> None:
    first = events[0].version
    assert first in (0, 1)
    assert [event.version for event in events] == list(range(first, first + len(events)))
    assert json.loads(events[0].envelope)["prev"] is None
    for before, after in pairwise(events):
        assert json.loads(after.envelope)["prev"] == before.leaf_hash.hex()
