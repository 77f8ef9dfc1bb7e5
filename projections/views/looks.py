"""Who looked, where, at what and why: one row for each access, whichever stream it stands on.

A journal: an access is told once and nothing changes it. The access stream of a record is a stream of its
own, and so stays when the record's content is erased. Ids and codes only; a refused purpose that is none of
ours is whatever the caller wrote, and therefore told as `other`.
"""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from domain.acts import Event
from domain.policy import PURPOSES
from domain.ports import Recorded
from projections.projection import Projection, Row, Table, Tokens
from projections.row_security import THE_INSTITUTION, THE_RECORD
from store.mapper import topics

LOOKS = Table(
    "looks",
    {
        "stream_id": "uuid",  # of the record's accesses, or of the institution
        "record_id": "uuid",  # that was, or was not, shown; null: none in particular
        "position": "int8",
        "recorded_at": "timestamptz",
        "kind": "text",  # read, listed, refused, searched …
        "what": "text",  # the view and its edition, by what kind of key, or the action that was refused
        "institution": "uuid",  # of whoever looked; null: the resident, or who speaks for them
        "actor": "uuid",  # the practitioner; null likewise
        "role": "text",
        "purpose": "text",
        "basis": "text",  # null: refused
        "cites": "uuid",  # the entry of the record that let them in
    },
    indexes=("(record_id, position)", "(institution, position)", "(actor, position)", "(recorded_at)"),
    scope=f"institution = {THE_INSTITUTION} OR record_id = {THE_RECORD}",
)
TELLING: Final = ("view", "key_kind", "action", "what")  # of one kind of event or another
OTHER: Final = "other"

# Every act of looking, of the streams that are not erased with a record.
TOPICS: Final = frozenset(
    topic
    for topic, known in topics().items()
    if getattr(known, "LIFECYCLE", None) == "access" and not topic.startswith("record.")
)


class LooksFold:
    """The accesses on one stream."""

    def __init__(self, stream: UUID, tokens: Tokens) -> None:
        self._rows: list[Row] = []

    def take(self, one: Recorded) -> None:
        event, stored = one.event, one.stored
        if not isinstance(event, Event):
            raise TypeError(f"no access: {stored.topic}")
        who = event.who
        self._rows.append(
            (
                stored.stream,
                getattr(event, "record", None),
                stored.position,
                stored.recorded_at,
                kind_of(stored.topic),
                next((str(getattr(event, name)) for name in TELLING if hasattr(event, name)), None),
                _id(who["institution"]),
                _id(who["actor"]),
                who["role"],
                event.purpose if event.purpose in PURPOSES else OTHER,
                getattr(event, "basis", None),
                getattr(event, "cites", None),
            )
        )

    def rows(self) -> Mapping[str, Collection[Row]]:
        return {LOOKS.name: self._rows}


def kind_of(topic: str) -> str:
    """What happened, as the topic tells it: of `access.read.v1`, read."""
    return topic.split(".")[1]


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


PROJECTION = Projection(
    name="looks", version=1, tables=(LOOKS,), begin=LooksFold, topics=TOPICS, journal=True
)
