"""What an entry must fulfil before it may name an upload, whichever way it is stored."""

import hashlib
from concurrent.futures import Future
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.document_errors import (
    UploadDiffers,
    UploadIncomplete,
    UploadInfected,
    UploadTaken,
    UploadUnchecked,
    UploadUnknown,
)
from domain.document_port import NoDocuments, Upload
from domain.documents import DocumentGate, upload_claim
from domain.errors import NotAvailable
from domain.requests import NewEntry
from domain.values import occurred
from tests.builders import NURSE, OTHER_NURSE, WANG, content, new_entry
from tests.county import County

BYTES = b"a scan"
SHA256, SHA512 = hashlib.sha256(BYTES).hexdigest(), hashlib.sha512(BYTES).hexdigest()


class Held(NoDocuments):
    """The uploads of a test, in a dictionary; what was kept and what was asked to be checked."""

    def __init__(self) -> None:
        self.uploads: dict[UUID, Upload] = {}
        self.kept: list[UUID] = []
        self.checked: list[UUID] = []

    def take(self, upload: UUID, record: UUID) -> Upload | None:
        found = self.uploads.get(upload)
        return found if found and found.record == record else None

    def keep(self, upload: UUID) -> None:
        self.kept.append(upload)

    def check(self, upload: UUID) -> "Future[None]":
        self.checked.append(upload)
        return Future()


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def held(county: County) -> Held:
    store = Held()
    assert isinstance(county.records.gate, DocumentGate)
    county.records.gate.documents = store
    return store


def upload(held: Held, record: UUID, **changes: object) -> UUID:
    """A whole upload of the bytes, changed."""
    one = Upload(uuid4(), record, len(BYTES), len(BYTES), "accepted", None, SHA256, SHA512)
    changed = replace(one, **changes)  # type: ignore[arg-type]  # each test sets fields of Upload
    held.uploads[changed.id] = changed
    return changed.id


def naming(blob: UUID, **changes: object) -> NewEntry:
    facts = {"length": len(BYTES), "sha256": SHA256, "sha512": SHA512, "data": None, "blob": str(blob)}
    told = content("document", **{**facts, **changes})
    when = occurred("2026-06-01T09:30:00+08:00")
    return NewEntry("documents", told, when, form="document", edition="2026.2")


def test_an_upload_that_fits_is_named_claimed_and_kept(county: County, held: Held) -> None:
    record = county.open_record()
    blob = upload(held, record)

    county.records.add_entry(NURSE, record, naming(blob))

    claim = upload_claim(blob)
    assert county.log.find_claim(claim.namespace, claim.value) == record
    assert held.kept == [blob]


def test_what_does_not_fit_is_refused_and_nothing_is_stored(county: County, held: Held) -> None:
    record, position = county.open_record(), county.log.position
    waiting = upload(held, record, verdict="pending")
    refused: list[tuple[NewEntry, type[Exception]]] = [
        (naming(uuid4()), UploadUnknown),
        (naming(upload(held, uuid4())), UploadUnknown),
        (naming(upload(held, record, received=1)), UploadIncomplete),
        (naming(upload(held, record, verdict="infected")), UploadInfected),
        (naming(waiting), UploadUnchecked),
        (naming(upload(held, record), length=7), UploadDiffers),
        (naming(upload(held, record), sha256="0" * 64), UploadDiffers),
        (naming(upload(held, record), sha512="0" * 128), UploadDiffers),
    ]
    before = position()

    for entry, error in refused:
        with pytest.raises(error):
            county.records.add_entry(NURSE, record, entry)

    assert position() == before and held.kept == []
    assert held.checked == [waiting]


def test_the_gate_is_asked_before_the_upload(county: County, held: Held) -> None:
    record = county.open_record()

    with pytest.raises(NotAvailable):
        county.records.add_entry(OTHER_NURSE, record, naming(uuid4()))

    assert county.accesses(record)[-1] == "access.refused.v1"


def test_an_upload_is_named_once_also_by_one_that_was_faster(county: County, held: Held) -> None:
    record = county.open_record()
    blob = upload(held, record)

    def faster() -> None:
        county.records.add_entry(NURSE, record, naming(blob))

    county.log.before_append.append(faster)

    with pytest.raises(UploadTaken):
        county.records.add_entry(NURSE, record, naming(blob))
    with pytest.raises(UploadTaken):
        county.records.add_entry(NURSE, record, naming(blob))

    assert county.topics(record).count("record.document-attached.v1") == 1


def test_two_entries_of_one_append_do_not_share_an_upload(county: County, held: Held) -> None:
    record = county.open_record()
    blob = upload(held, record)

    with pytest.raises(UploadTaken):
        county.records.add_entries(NURSE, record, [naming(blob), naming(blob)])


def test_entries_without_an_upload_pass_untouched(county: County, held: Held) -> None:
    record = county.open_record()

    county.records.add_entry(NURSE, record, new_entry("documents"))
    county.records.add_entry(NURSE, record, new_entry("problems"))

    assert held.kept == []


def test_where_nothing_is_uploaded_every_upload_is_unknown(county: County) -> None:
    record = county.open_record()

    with pytest.raises(UploadUnknown):
        county.records.add_entry(NURSE, record, naming(uuid4()))
    with pytest.raises(NotAvailable):
        county.records.begin_upload(NURSE, record, 10)
    with pytest.raises(NotAvailable):
        county.records.find_upload(NURSE.principal, uuid4())


def test_the_resident_reads_an_inline_document_too(county: County) -> None:
    record = county.open_record()
    entry = county.records.add_entry(NURSE, record, new_entry("documents")).stored[0].event

    opened = county.records.open_document(WANG, record, entry)

    body = b"".join(opened.pieces())
    assert hashlib.sha256(body).hexdigest() == opened.sha256
    assert county.accesses(record)[-1] == "access.read.v1"
