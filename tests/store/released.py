"""One stored event of every topic there ever was: kept for ever, so that each release still reads them all.

`python -m tests.store.released` adds those of new topics, from a life in which everything happens. What
stands in the file is never changed: it stands for what is stored in somebody's log.
"""

import json
from pathlib import Path
from uuid import UUID

from domain.acts import Event, make
from domain.log_stream import (
    ClockConfirmed,
    DefinitionAdopted,
    HeadsListed,
    KeyRotated,
    LogAdopted,
    LogClosed,
    PolicyAdopted,
    ProjectionSkipped,
)
from store.mapper import parts_of, topic_of, topics
from tests.builders import act
from tests.domain.test_event_shapes import busy_county

KEPT = Path(__file__).parent / "released_events.json"

OWN_ACTS = (
    make(ClockConfirmed, act(), UUID(int=9), 1, clock="2026-06-01T02:00:00Z", reason="battery changed"),
    make(
        ProjectionSkipped, act(), UUID(int=9), 2, projection="roster", edition=1, position=7, reason="known"
    ),
    make(
        PolicyAdopted,
        act(),
        UUID(int=9),
        3,
        name="access",
        edition="2026.1",
        digest="0" * 64,
        policy={"name": "access", "edition": "2026.1", "rules": []},
    ),
    make(
        DefinitionAdopted,
        act(),
        UUID(int=9),
        8,
        kind="unusual-access",
        name="burst",
        edition="2026.1",
        digest="0" * 64,
        definition={"name": "burst", "edition": "2026.1", "records": 60, "minutes": 60},
    ),
    make(HeadsListed, act(), UUID(int=9), 4, size=3, streams=2, root="0" * 64, root_512=None),
    make(
        KeyRotated,
        act(),
        UUID(int=9),
        7,
        signs="receipt",
        generation=2,
        old=["lifelong.example/110101/1/receipt+00000000+AQ=="],
        new=["lifelong.example/110101/1/receipt+11111111+AQ=="],
        text="lifelong/key-rotation/v1\n",
        signatures=[{"key": "lifelong.example/110101/1/receipt+00000000+AQ==", "signature": "AA=="}],
    ),
    make(LogClosed, act(), UUID(int=9), 5, next_origin="lifelong.example/110101/2", reason="数据库丢失"),
    make(
        LogAdopted,
        act(),
        UUID(int=9),
        6,
        origin="lifelong.example/110101/1",
        size=3,
        root="0" * 64,
        note_sha256="0" * 64,
        reason="数据库丢失",
    ),
)
Stored = dict[str, dict[str, str]]  # topic -> part -> its canonical bytes as text


def released() -> Stored:
    known: Stored = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    return known


def happened() -> Stored:
    """An event of every topic, as it would be stored: from a busy county, and the log's own acts."""
    county = [one.event for one in busy_county().log.events if isinstance(one.event, Event)]
    stored: Stored = {}
    for event in (*county, *OWN_ACTS):
        parts = {name: value.decode() for name, value in parts_of(event).items()}
        stored.setdefault(topic_of(event), parts)
    return stored


def main() -> None:
    kept, new = released(), happened()
    every = {topic: kept.get(topic) or new[topic] for topic in sorted(topics()) if topic in {**new, **kept}}
    KEPT.write_text(json.dumps({**kept, **every}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
