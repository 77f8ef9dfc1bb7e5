"""Writes an evidence package: the layout of docs/evidence-formats.md, streaming, in bounded memory."""

import base64
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.resources import files
from typing import BinaryIO

import orjson

from evidence import canonical
from evidence.canonical import Json
from evidence.heads import HeadProof
from evidence.package.bag import BagWriter, Sign
from evidence.package.completeness import complete, listed_files, part_told
from evidence.package.contents import Contents, Named, Sealed
from evidence.package.report import Report
from evidence.tlog_proof import TlogProof

FORMAT = "lifelong-evidence/1"
SHIPPED = {"verify.py": "verify.py", "VERIFY.md": "VERIFY.md", "README.txt": "README.txt"}
PIECE = 1 << 20
_DIGESTS = re.compile(rb'"(?:digest|sha256)":"([0-9a-f]{64})"')
_SYSTEMS = re.compile(rb'"system":"([^"\\]{1,200})"')


@dataclass
class Written:
    """What came into a package."""

    events: int = 0
    shown: int = 0
    withheld: int = 0
    digests: set[str] = field(default_factory=set)  # that shown parts name
    systems: set[str] = field(default_factory=set)  # of codes in shown parts
    reach: dict[str, tuple[int, int]] = field(
        default_factory=dict
    )  # of each stream the first and last version
    report_pdf: str = ""  # "made", or why there is none

    def count(self, event: Sealed) -> None:
        self.events += 1
        self.shown += len(event.shown)
        self.withheld += len(event.withheld)
        told = orjson.loads(event.envelope)
        first, _ = self.reach.get(told["stream"], (told["version"], 0))
        self.reach[told["stream"]] = (first, told["version"])
        for part in event.shown.values():
            self.digests.update(one.decode() for one in _DIGESTS.findall(part.value))
            self.systems.update(one.decode() for one in _SYSTEMS.findall(part.value))


def write_package(file: BinaryIO, contents: Contents, sign: Sign) -> Written:
    """Write the zip into an empty file that can be moved about in. Raises TooLarge.

    sign: with the key named `<origin>/package`, of which contents.trust has the vkey.
    """
    bag = BagWriter(file, contents.folder)
    try:
        return _write(bag, contents, sign)
    except BaseException:
        bag.abandon()
        raise


def _write(bag: BagWriter, contents: Contents, sign: Sign) -> Written:
    written = Written()
    for path, name in SHIPPED.items():
        bag.add(path, files("evidence.package").joinpath(name).read_bytes())
    bag.add("checkpoint", contents.checkpoint)
    bag.add("trust/vkeys", "".join(f"{one}\n" for one in contents.trust.vkeys).encode())
    bag.add("trust/policy", contents.trust.policy)
    _add_stamps(bag, contents)
    with ExitStack() as stack:
        spools = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
        report = stack.enter_context(Report(contents))
        for event in contents.events:
            written.count(event)
            _spool(spools, event)
            report.add(event)
            proof = TlogProof(event.index, tuple(event.proof), contents.checkpoint)
            bag.add(f"proofs/{event.index:012}.tlog-proof", proof.encode())
        for path, spool in zip(("events", "parts", "withheld"), spools, strict=True):
            bag.add(f"{path}.ndjson", _pieces(spool))
        shown = complete(contents, written.reach)
        for path, data in listed_files(contents, shown).items():
            bag.add(path, data)
        _add_named(bag, contents, Named(frozenset(written.digests), frozenset(written.systems)))
        for path, data in contents.others.items():
            bag.add(path, data)
        scope = _scope(contents, written, shown)
        for path, pages in report.finish(scope):
            bag.add(path, pages)
        written.report_pdf = report.pdf
        bag.add("scope.json", canonical.encode({**scope, "report_pdf": report.pdf}))
    bag.close(contents.origin, _info(contents), sign)
    return written


def _add_stamps(bag: BagWriter, contents: Contents) -> None:
    for number, one in enumerate(contents.stamps, 1):
        lines = "".join(f"{base64.b64encode(hashed).decode()}\n" for hashed in one.consistency)
        told = {"checkpoint": one.note, "token.tsr": one.token, "chain.pem": one.chain}
        told |= {"revocation.pem": one.revocation, "consistency": lines.encode()}
        told |= {"authority": f"{one.authority}\n".encode()}
        for name, data in told.items():
            bag.add(f"time/{number}/{name}", data)


def _add_named(bag: BagWriter, contents: Contents, named: Named) -> None:
    """The definitions and documents that shown parts name; others would tell of what is withheld."""
    defined = contents.definitions(named)
    for digest, data in defined.by_digest.items():
        bag.add(f"schemas/by-digest/{digest}.json", data)
    for path, data in defined.others.items():
        bag.add(f"schemas/{path}", data)
    for digest, pieces in contents.documents(named):
        bag.add(f"attachments/{digest}", pieces())


def _spool(spools: Sequence[BinaryIO], event: Sealed) -> None:
    events, parts, withheld = spools
    events.write(event.envelope + b"\n")
    told = orjson.loads(event.envelope)["event"]
    for name, part in sorted(event.shown.items()):
        parts.write(canonical.encode(part_told(told, name, part)) + b"\n")
    for name, why in sorted(event.withheld.items()):
        withheld.write(canonical.encode({"event": told, "name": name, "why": why}) + b"\n")


def _scope(contents: Contents, written: Written, shown: Mapping[str, HeadProof]) -> dict[str, Json]:
    """What the package is of; a stream of which nothing came in is not named."""
    streams: list[Json] = [
        {
            "stream": one.stream,
            "name": one.name,
            "is_whole": one.is_whole,
            "first": written.reach[one.stream][0],
            "last": written.reach[one.stream][1],
            "complete_up_to": contents.listed.size if contents.listed and one.stream in shown else None,
        }
        for one in contents.streams
        if one.stream in written.reach
    ]
    return {
        **contents.scope,
        "format": FORMAT,
        "origin": contents.origin,
        "size": contents.size,
        "streams": streams,
        "events": written.events,
        "parts_shown": written.shown,
        "parts_withheld": written.withheld,
    }


def _info(contents: Contents) -> dict[str, str]:
    told = contents.scope
    return {
        "Source-Organization": contents.origin,
        "Bagging-Date": str(told.get("issued_at", ""))[:10],
        "External-Identifier": contents.folder,
        "Bag-Software-Agent": FORMAT,
    }


def _pieces(spool: BinaryIO) -> Iterator[bytes]:
    spool.seek(0)
    while piece := spool.read(PIECE):
        yield piece
