"""Makes evidence packages: what the domain opens, as the log holds it, in words and with its proofs."""

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO, Final
from uuid import UUID

import orjson

from domain.access_stream import AccessEvent
from domain.acts import Event
from domain.adoption import OwnStream
from domain.document_port import DocumentStore
from domain.evidence_errors import EvidenceNotReady, EvidenceTooLarge
from domain.evidence_port import PIECE, Order, OrderedStream, Packed
from domain.ports import EventLog, Recorded, Stored
from domain.tellers import names_of
from evidence import trust as policies
from evidence.errors import ProofError
from evidence.note import Verifier, known, parts
from evidence.package.bag import TooLarge
from evidence.package.contents import (
    Contents,
    Definitions,
    Disclosed,
    Named,
    Pieces,
    Report,
    Sealed,
    Stream,
    Trust,
    Typeset,
)
from evidence.package.write import Written, write_package
from evidence.signing import Signer
from projections.access_history import TITLES as ACCESS_TITLES
from projections.access_history import access as in_words
from projections.audit_trail import TITLES
from projections.evidence_definitions import definitions
from projections.typesetting import pdf
from store.connect import Reads
from store.keys import KeyStore
from store.mapper import UnknownTopic, event_of
from store.proof.checkpoints import Row
from store.proof.cosigning import witnessed
from store.proof.gathering import Gathering, Wanted, covering
from store.proof.keys import checkpoint_verifiers
from store.proof.rows import Rows
from store.proof.serving import PublishedLog
from store.reader import StoredRow
from store.settings import Settings
from store.signing import package_signer, receipt_verifiers
from store.wiring import OpenLog

WAITS: Final = 25  # for the newest event to be published, and for witnesses to sign that
PAUSE_S: Final = 0.2


@dataclass(frozen=True)
class Source:
    """Where packages come from. rows: of what is published; contents: as who may read content.

    vkeys: of the log's checkpoints and receipts, asked for each time: keys are replaced. policy: of its
    witnesses. signer: of packages, named `<origin>/package`. bring_list: sees to a head list that has the
    event at a position; it may fail to. typeset: makes the PDF of the report.
    """

    rows: Rows
    contents: Rows
    log: EventLog
    log_no: int
    origin: str
    keys: KeyStore
    documents: DocumentStore
    vkeys: Callable[[], list[Verifier]]
    signer: Signer
    policy: bytes | None = None
    bring_list: Callable[[int], None] = lambda position: None
    typeset: Callable[[Report], Typeset] = pdf


class Packer:
    """`domain.evidence_port.EvidencePacker` on one log. Safe for several threads if its source is."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def pack(self, order: Order) -> Packed:
        """Make the package in a private file. Raises EvidenceNotReady, EvidenceTooLarge."""
        row = self._checkpoint(order)
        file = tempfile.TemporaryFile(prefix="lifelong-evidence-")  # whoever takes it closes it
        try:
            written = _Packing(self._source, order, row).write(file)
        except TooLarge:
            file.close()
            raise EvidenceTooLarge from None
        except BaseException:
            file.close()
            raise
        length, sha256 = _digest(file)
        return Packed(
            file,
            length,
            sha256,
            row.size,
            written.events,
            written.shown,
            written.withheld,
            written.reach,
            written.report_pdf,
        )

    def _checkpoint(self, order: Order) -> Row:
        """One that has the last event ordered of each record, and a list of it where that can be had."""
        source = self._source
        last = [one for one in order.streams if one.last is not None]
        position = max((self._position(one) for one in last), default=1)
        row = covering(source.rows, source.log_no, position, lambda: time.sleep(PAUSE_S), WAITS)
        if row is None:
            raise EvidenceNotReady
        source.bring_list(position)
        return self._witnessed(covering(source.rows, source.log_no, position) or row)

    def _witnessed(self, row: Row) -> Row:
        """One that the witnesses signed, if they do: they are asked behind the publication."""
        source = self._source
        if source.policy is None:
            return row
        trust = _trusted(source, source.vkeys())
        if trust.quorum == policies.NONE:
            return row
        for attempt in range(WAITS):
            found = witnessed(source.rows, source.log_no, trust)
            if found is not None and found.size >= row.size:
                return found
            time.sleep(PAUSE_S if attempt < WAITS - 1 else 0)
        return row

    def _position(self, one: OrderedStream) -> int:
        found = self._source.rows(
            "SELECT position FROM store.event WHERE log_no = %s AND stream_id = %s AND version = %s",
            [self._source.log_no, one.stream, one.last],
        )
        return int(found[0][0]) if found else 1


def packer(
    settings: Settings,
    opened: OpenLog,
    log: EventLog,
    public: Reads,
    contents: Reads,
    bring_list: Callable[[int], None] = lambda position: None,
) -> Packer:
    """What makes evidence packages of the log. public: as lifelong_reader; contents: as lifelong_appender."""

    def verifiers() -> list[Verifier]:
        origin, keys = settings.origin, opened.keys
        return [*checkpoint_verifiers(origin, keys), *receipt_verifiers(origin, keys)]

    return Packer(
        Source(
            rows=public.rows,
            contents=contents.rows,
            log=log,
            log_no=settings.log_no,
            origin=settings.origin,
            keys=opened.keys,
            documents=opened.blobs,
            vkeys=verifiers,
            signer=package_signer(settings.origin, opened.keys),
            policy=settings.witnesses.read_bytes() if settings.witnesses else None,
            bring_list=bring_list,
            typeset=partial(pdf, folder=settings.fonts),
        )
    )


@dataclass
class _Packing:
    """One package while it is made."""

    source: Source
    order: Order
    row: Row
    blobs: dict[str, UUID] = field(default_factory=dict)  # of documents shown, by SHA-256

    def write(self, file: BinaryIO) -> Written:
        source, order = self.source, self.order
        gathering = Gathering(
            source.rows, source.contents, source.log_no, source.origin, source.keys, self.row
        )
        note = PublishedLog(source.rows, source.log_no).cosigned(self.row)
        contents = Contents(
            folder=f"evidence-{order.package}",
            origin=source.origin,
            size=self.row.size,
            checkpoint=note,
            scope=order.scope,
            streams=[Stream(str(one.stream), one.name) for one in order.streams],
            events=self._events(gathering),
            trust=_trust(source, note),
            stamps=gathering.stamps(),
            listed=gathering.listed(one.stream for one in order.streams),
            definitions=self._definitions,
            documents=self._documents,
            typeset=source.typeset,
        )
        return write_package(file, contents, source.signer.sign)

    def _events(self, gathering: Gathering) -> Iterator[Sealed]:
        """A stream ends before the first event that the caller is not told of yet."""
        streams = {one.stream: one for one in self.order.streams}
        wanted = [
            Wanted(one.stream, one.first or 0, *([one.last] if one.last else [])) for one in streams.values()
        ]
        for row in gathering.events(wanted):
            ordered = streams.get(row.stream)
            if ordered is None:
                continue
            event = _event(row)
            if event is not None and ordered.ends(event):
                del streams[row.stream]
                continue
            yield self._sealed(row, event, ordered, gathering.proof(row.position))

    def _sealed(
        self, row: StoredRow, event: Event | None, ordered: OrderedStream, proof: list[bytes]
    ) -> Sealed:
        names = orjson.loads(row.envelope)["parts"]
        withheld: dict[str, str] = {}
        for name in names:
            why = ordered.withheld(event, name) if event is not None else "erased"
            if why is not None:
                withheld[name] = why
        shown = {name: Disclosed(*row.parts[name]) for name in names if name not in withheld}
        if "body" in shown and event is not None:
            self._note_document(event)
        words = self._words(row, None if withheld else event)
        return Sealed(row.position - 1, row.envelope, proof, shown, withheld, words)

    def _note_document(self, event: Event) -> None:
        content = getattr(event, "content", None)
        if isinstance(content, dict) and content.get("blob") and content.get("sha256"):
            self.blobs[str(content["sha256"])] = UUID(str(content["blob"]))

    def _words(self, row: StoredRow, event: Event | None) -> Mapping[str, str]:
        """What happened: of an access that is shown whole a sentence, else what its topic says."""
        if isinstance(event, AccessEvent):
            recorded = Recorded(event, _stored(row))
            told = in_words(recorded, names_of(self.source.log, [recorded]))["words"]
            if isinstance(told, Mapping):
                return told
        return {**TITLES, **ACCESS_TITLES}.get(row.topic, {"zh": "", "en": row.topic})

    def _definitions(self, named: Named) -> Definitions:
        log: OwnStream = self.source.log
        return definitions(log, named)

    def _documents(self, named: Named) -> Iterator[tuple[str, Pieces]]:
        for digest in sorted(named.digests & self.blobs.keys()):
            content = self.source.documents.open(self.blobs[digest])
            if content is not None:
                yield digest, lambda content=content: map(content.piece, range(content.pieces))  # type: ignore[misc]  # mypy cannot infer a default


def _event(row: StoredRow) -> Event | None:
    """What it says; None once that is erased. One of a later release is withheld as a whole likewise."""
    if not row.parts:
        return None
    with suppress(UnknownTopic):
        event = event_of(row)
        return event if isinstance(event, Event) else None
    return None


def _stored(row: StoredRow) -> Stored:
    return Stored(row.event, row.stream, row.version, row.position, row.recorded_at, row.leaf_hash, row.topic)


def _trusted(source: Source, vkeys: Iterable[Verifier]) -> policies.Trust:
    """The policy of the witnesses, for keys of this log."""
    policy = policies.parse(source.policy or b"")
    return replace(policy, logs=tuple(one for one in vkeys if one.name == source.origin))


def _trust(source: Source, note: bytes) -> Trust:
    """The keys, and what the witnesses' policy says of this note."""
    every = source.vkeys()
    ours = [one for one in every if one.name == source.origin]
    signed = list(dict.fromkeys(one.verifier for one in known(parts(note)[1], ours)))
    replaced = [one for one in ours if one not in signed]  # last: of each kind the first is in force
    others = [one for one in every if one not in ours]
    vkeys = tuple(map(str, (*signed, *others, source.signer.verifier, *replaced)))
    if source.policy is None:
        return Trust(vkeys)
    policy = _trusted(source, signed)
    try:
        cosigned, is_met = policy.open(note).cosigned_by, policy.quorum != policies.NONE
    except ProofError:
        cosigned, is_met = replace(policy, quorum=policies.NONE).open(note).cosigned_by, False
    return Trust(vkeys, source.policy, sorted(cosigned), is_met)


def _digest(file: BinaryIO) -> tuple[int, str]:
    digest, length = hashlib.sha256(), 0
    file.seek(0)
    while piece := file.read(PIECE):
        digest.update(piece)
        length += len(piece)
    return length, digest.hexdigest()
