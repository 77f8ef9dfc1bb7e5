"""How a package shows that nothing was left out at the end of its streams: by a head list told in the log."""

import base64
from collections.abc import Iterable, Mapping
from uuid import UUID

from evidence import canonical
from evidence.canonical import Json
from evidence.heads import HeadProof, key_of
from evidence.package.contents import Contents, Disclosed, Listed, Sealed
from evidence.tlog_proof import TlogProof

FOLDER = "heads/"
ABSENT = "lifelong-absence/1"


def complete(contents: Contents, reach: Mapping[str, tuple[int, int]]) -> dict[str, HeadProof]:
    """What the list says of the streams that the package has whole, as far as the list counts.

    reach: of each stream the first and the last version that came in. Of the others nothing is told: not how
    many events there are that the reader was not shown.
    """
    proofs = contents.listed.proofs if contents.listed else {}
    whole = [one.stream for one in contents.streams if one.is_whole and one.stream in proofs]
    return {one: proofs[one] for one in whole if _has(reach.get(one, (0, 0)), one, proofs[one])}


def _has(reach: tuple[int, int], stream: str, proof: HeadProof) -> bool:
    first, last = reach
    counted = [one.head.events for one in proof.shown if one.head.key == key_of(UUID(stream))]
    return first == 1 and bool(counted) and counted[0] <= last


def listed_files(contents: Contents, shown: Mapping[str, HeadProof]) -> dict[str, bytes]:
    """The files, by path: the event that tells the list, and of each stream what the list says of it."""
    if contents.listed is None or not shown:
        return {}
    files = event_files(contents.listed.event, contents.checkpoint)
    return files | {
        f"{FOLDER}{stream}.json": canonical.encode(told(proof)) for stream, proof in shown.items()
    }


def event_files(event: Sealed, checkpoint: bytes) -> dict[str, bytes]:
    """The event that tells a list: its envelope, its body with the salt, and its proof."""
    identity = canonical.decode(event.envelope)
    named = str(identity["event"]) if isinstance(identity, dict) else ""
    body = canonical.encode(part_told(named, "body", event.shown["body"]))
    proof = TlogProof(event.index, tuple(event.proof), checkpoint)
    return {
        f"{FOLDER}event.ndjson": event.envelope + b"\n",
        f"{FOLDER}part.ndjson": body + b"\n",
        f"{FOLDER}{event.index:012}.tlog-proof": proof.encode(),
    }


def absence(origin: str, stream: UUID, listed: Listed, checkpoint: bytes) -> dict[str, Json]:
    """That there is no such stream up to the size of the list, on its own: the same files as one value."""
    event, part, proof = event_files(listed.event, checkpoint).values()
    return {
        "format": ABSENT,
        "origin": origin,
        "stream": str(stream),
        "event": event.decode().strip(),
        "part": canonical.decode(part.strip()),
        "proof": proof.decode(),
        "head": told(listed.proofs[str(stream)]),
    }


def told(proof: HeadProof) -> dict[str, Json]:
    """What a list says of a stream, as plain values: its head, or those beside where it would stand."""
    shown: list[Json] = [
        {
            "key": _base64(one.head.key),
            "events": one.head.events,
            "leaf": _base64(one.head.leaf),
            "index": one.index,
            "proof": _hashes(one.proof),
        }
        for one in proof.shown
    ]
    return {"streams": proof.bucket.streams, "shown": shown, "bucket_proof": _hashes(proof.bucket_proof)}


def part_told(event: str, name: str, disclosed: Disclosed) -> dict[str, Json]:
    """A part that is shown: its salt, and its value as text where it is text, so that it can be read."""
    shown: dict[str, Json] = {"event": event, "name": name, "salt": _base64(disclosed.salt)}
    try:
        return {**shown, "text": disclosed.value.decode()}
    except UnicodeDecodeError:
        return {**shown, "base64": _base64(disclosed.value)}


def _hashes(hashes: Iterable[bytes]) -> list[Json]:
    return [_base64(one) for one in hashes]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
