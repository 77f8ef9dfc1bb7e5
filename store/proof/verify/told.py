"""Head lists as the log tells them: beside them the stored ones are held, which whoever has the database can
change."""

from collections.abc import Iterator, Mapping
from typing import LiteralString, cast
from uuid import UUID

from domain.log_stream import HeadsListed
from evidence import canonical
from store.content import unpack
from store.envelope import event_id
from store.keys import KeyDestroyed, KeyStore
from store.proof.heads import HeadList
from store.proof.rows import Rows
from store.proof.verify.events import UNREADABLE

_TOLD: LiteralString = """
    SELECT e.stream_id, e.envelope, c.key_generation, c.ciphertext
    FROM store.event AS e JOIN store.content AS c USING (log_no, position)
    WHERE e.log_no = %s AND e.topic = %s AND e.position <= %s AND e.stream_id IN
          (SELECT stream_id FROM store.stream WHERE log_no = %s AND category = 'log')
    ORDER BY e.position"""


def told_lists(rows: Rows, log_no: int, origin: str, keys: KeyStore, upto: int) -> Iterator[HeadList]:
    """The lists that are told up to a position, of those events that open; of the others the walk over events
    tells."""
    for stream, envelope, generation, ciphertext in rows(_TOLD, [log_no, HeadsListed.TOPIC, upto, log_no]):
        try:
            event = event_id(envelope)
            plain = keys.get(stream, generation).open(ciphertext, origin.encode(), event)
            told = canonical.decode(unpack(plain)["body"].value)
            yield _list(cast("Mapping[str, object]", told), event)
        except (*UNREADABLE, KeyDestroyed, LookupError, TypeError, ValueError, AttributeError):
            continue


def _list(told: Mapping[str, object], event: UUID) -> HeadList:
    leg = told.get("root_512")
    return HeadList(
        int(str(told["size"])),
        int(str(told["streams"])),
        bytes.fromhex(str(told["root"])),
        bytes.fromhex(str(leg)) if leg else None,
        event,
    )
