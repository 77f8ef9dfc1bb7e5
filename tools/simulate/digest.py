"""A digest over everything in a log, in log order: what was stored, not when, nor under which keys."""

from hashlib import sha256

from store.reader import LogReader

READ_AT_ONCE = 1000


def digest(reader: LogReader, upto: int) -> str:
    """SHA-256, hex, over stream, version, topic, id and content parts of each event up to a position.

    Two logs have the same digest if the same was stored in them in the same order. Instants of recording,
    salts and keys differ from log to log and are left out.
    """
    whole, first = sha256(), 1
    while first <= upto:
        # Bounded at both ends, so that the database finds them by index, however little it knows of the log.
        last = min(first + READ_AT_ONCE - 1, upto)
        rows = reader.log(first=first, limit=READ_AT_ONCE, last=last)
        for row in rows:
            parts = [part.value for _, part in sorted(row.parts.items())]
            head = f"{row.stream} {row.version} {row.topic} {row.event}".encode()
            for piece in (head, *parts):
                whole.update(len(piece).to_bytes(8, "big") + piece)
        first += len(rows)
    return whole.hexdigest()
