"""Uploading a document to a record, and showing its bytes. Mixed into `Records`."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from domain.access_stream import RecordRead
from domain.acts import make
from domain.callers import login_value
from domain.document_errors import DocumentLost, OffsetMoved, UploadTaken, UploadTooLong
from domain.document_port import LARGEST_UPLOAD, Content, DocumentStore, Inflow, Upload
from domain.documents import brings, content_of
from domain.erasure_errors import DocumentErased
from domain.errors import NotAvailable, QueryRefused
from domain.gate import Gate, Pass, denied
from domain.ports import Recorded, RecordQuery
from domain.record import Record
from domain.requests import Principal, Request
from domain.showing import asked, limited
from domain.values import JsonObject

EDITION = "document-content/1"  # what is shown: the bytes as they came, whose digest the access carries
KIND = "documents"


@dataclass(frozen=True)
class OpenDocument:
    """A document that may now be shown: its access is recorded. sha256: hex, of all its bytes."""

    entry: UUID
    media_type: str
    length: int
    sha256: str
    content: Content = field(repr=False)

    def pieces(self) -> Iterator[bytes]:
        """Its bytes. The last piece is only given when all of them have the digest that was recorded.

        Raises DocumentLost, and what the store raises of bytes that are not those it was given.
        """
        digest = hashlib.sha256()
        for number in range(self.content.pieces):
            piece = self.content.piece(number)
            digest.update(piece)
            if number == self.content.pieces - 1 and digest.hexdigest() != self.sha256:
                raise DocumentLost(self.entry)
            yield piece


@dataclass(frozen=True)
class Inline:
    """The bytes that the entry itself carries, as one piece."""

    data: str
    pieces: int = 1

    def piece(self, number: int) -> bytes:
        return base64.b64decode(self.data)


class RecordDocuments:
    """Uploads and document contents.

    An upload is begun for a record, through the gate; going on with it is the same caller's, and touches no
    record until an entry names it.
    """

    gate: Gate
    documents: DocumentStore

    def begin_upload(self, request: Request, record_id: UUID, length: int) -> Upload:
        """An empty upload for a document of this record; under the same key the same one.

        Raises UploadTooLong, TooManyUploads, KeyReused.
        """
        self.gate.answered(request)  # never with an upload; a key of something else is refused
        record, _ = self.gate.enter_record(request, "add-entry", record_id)
        if not 1 <= length <= LARGEST_UPLOAD:
            raise UploadTooLong(LARGEST_UPLOAD)
        return self.documents.begin(record.id, login_value(request.principal), length, request.key)

    def find_upload(self, principal: Principal, upload: UUID) -> Upload:
        """The caller's upload. Raises NotAvailable: also for another's, and for one that an entry names."""
        found = self.documents.find(upload, login_value(principal))
        if found is None:
            raise NotAvailable
        return found

    def resume_upload(self, principal: Principal, upload: UUID, offset: int) -> Inflow:
        """Go on with the caller's upload at this byte. Raises NotAvailable, OffsetMoved."""
        found = self.find_upload(principal, upload)
        if found.received != offset:
            raise OffsetMoved(found.received)
        return self.documents.receive(found)

    def remove_upload(self, principal: Principal, upload: UUID) -> None:
        """Give up the caller's upload. Raises NotAvailable, UploadTaken."""
        self.find_upload(principal, upload)
        if not self.documents.remove(upload, login_value(principal)):
            raise UploadTaken(upload)

    def open_document(
        self, request: Request, record_id: UUID, entry: UUID, *, version: int | None = None
    ) -> OpenDocument:
        """The bytes of a document, as the record has them now or had them at a version.

        Raises QueryRefused, DocumentLost, or NotAvailable: also for what is masked, and for no document.
        """
        if version is not None and version < 1:
            raise QueryRefused("version")

        def attempt() -> OpenDocument:
            record, passed = self.gate.enter_record(request, "read", record_id)
            if version is not None and version > record.version:
                self.gate.refuse(denied(passed, "version-not-there"), record)
                raise QueryRefused("version")
            query = limited(self.gate, record, passed, RecordQuery(version))
            found = self._content_event(record, entry, query)
            if found is None:
                self.gate.refuse(denied(passed, "document-not-there"), record)
                raise NotAvailable
            if record.state.entries[str(entry)].is_erased:
                self.gate.refuse(denied(passed, DocumentErased.code), record)
                raise DocumentErased(entry)
            opened = opened_document(self.documents, entry, content_of(found))
            self._tell_shown(record, passed, query, found, opened)
            return opened

        return self.gate.insist(attempt)

    def _content_event(self, record: Record, entry: UUID, query: RecordQuery) -> Recorded | None:
        """The event that brought the content: the recording of the document, or its last correction."""
        known = record.state.entry(entry)
        if known is None or known.kind != KIND or entry in query.masked or not query.shows(KIND):
            return None
        upto = query.version or record.version
        recorded = self.gate.log.read(record.id, after=known.version - 1, upto_version=upto)
        brought = [one for one in recorded if brings(one.event, entry)]
        return brought[-1] if brought else None

    def _tell_shown(
        self, record: Record, passed: Pass, query: RecordQuery, found: Recorded, opened: OpenDocument
    ) -> None:
        """Record the access, if the record is still the one decided on; only then a byte may leave."""
        stored = found.stored
        read = make(
            RecordRead,
            self.gate.act(passed),
            record.access_stream,
            0,
            record=record.id,
            basis=passed.decision.basis,
            rules=list(passed.decision.rules),
            sections=[KIND],
            record_version=stored.version,
            log_position=stored.position,
            asked_version=query.version,
            as_of=None,
            valid_at=None,
            view=EDITION,
            body_sha256=opened.sha256,
            versions=[stored.version, stored.version],
            **asked(record, passed, query, {"document": str(opened.entry)}),
        )
        self.gate.log.append([read], at_end=[record.access_stream], conditions={record.id: record.version})


def opened_document(documents: DocumentStore, entry: UUID, told: JsonObject) -> OpenDocument:
    """A document by what its entry says of it. Raises DocumentLost."""
    data, blob = told.get("data"), told.get("blob")
    content = Inline(str(data)) if data else documents.open(UUID(str(blob)))
    if content is None:
        raise DocumentLost(entry)
    return OpenDocument(
        entry, str(told["media_type"]), int(str(told["length"])), str(told["sha256"]), content
    )
