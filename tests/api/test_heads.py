"""Head lists of a real log: made from the list before, told in the log, and provable for every stream."""

from contextlib import closing
from uuid import UUID, uuid4

import pytest

from domain.log_stream import HeadsListed
from evidence.errors import ProofError
from store import connect
from store.connect import Connection
from store.proof import heads
from store.proof.rows import over
from tests.api.served import Served
from tools.heads import list_heads
from tools.publishing import Publishing, publish_once


def publishing(served: Served) -> Publishing:
    return Publishing.of(served.service.settings, served.service.database)


def streams_of(db: Connection, size: int) -> dict[UUID, tuple[int, bytes]]:
    """By a scan of the log."""
    rows = db.execute(
        """SELECT stream_id, version, leaf_hash FROM store.event WHERE log_no = 1 AND position <= %s
           ORDER BY position""",
        [size],
    ).fetchall()
    return {stream: (version, leaf) for stream, version, leaf in rows}


def test_every_list_tells_each_stream_as_a_scan_does_and_of_no_other(served: Served) -> None:
    told = publishing(served)
    with closing(connect.plain(told.dsn)) as db:
        roots = {}
        for _ in range(3):
            record = served.open_record()
            served.get(f"/v1/records/{record}")
            publish_once(told)
            made = list_heads(told)
            assert made is not None and made.event is not None
            roots[made.size] = made.root
        for size, root in roots.items():
            scanned = streams_of(db, size)
            for stream, (version, leaf) in scanned.items():
                found = heads.proof(over(db), 1, size, stream).verify(stream, root)
                assert found is not None and (found.events, found.leaf) == (version, leaf)
            for stranger in (uuid4(), uuid4()):
                assert heads.proof(over(db), 1, size, stranger).verify(stranger, root) is None
        old, new = min(roots), max(roots)
        grown = next(stream for stream in streams_of(db, new) if stream not in streams_of(db, old))
        with pytest.raises(ProofError):
            heads.proof(over(db), 1, new, grown).verify(grown, roots[old])


def test_a_list_is_told_once_with_the_second_leg_once_a_day(served: Served) -> None:
    told = publishing(served)
    publish_once(told)
    first = list_heads(told)
    before = served.position
    again = list_heads(told)
    assert first is not None and again is not None

    assert (again.size, again.root, served.position) == (first.size, first.root, before)
    stream = served.service.records.gate.log.find_claim("log", "own")
    assert stream is not None
    listed = [
        one.event
        for one in served.service.records.gate.log.read(stream)
        if isinstance(one.event, HeadsListed)
    ]
    assert listed[-1].root == first.root.hex()
    assert [one.root_512 is not None for one in listed].count(True) == 1


def test_killed_between_making_and_telling_it_is_told_at_the_next_call(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.open_record()
    told = publishing(served)
    publish_once(told)
    with monkeypatch.context() as patch:
        patch.setattr("tools.heads._told", lambda *told: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list_heads(told)

    made = list_heads(told)

    assert made is not None and made.event is not None
