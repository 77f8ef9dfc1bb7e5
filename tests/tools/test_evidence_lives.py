"""A package of an imported whole life verifies; of an erased one what is left of it does."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.application import Records
from domain.evidence_port import Order, OrderedStream, Selection
from domain.record import Record
from domain.released import release
from domain.requests import NewInstitution, NewPractitioner, SourceId
from domain.values import JsonObject
from evidence import trust
from projections import evidence_packer
from projections.evidence_packer import packer
from projections.record_view import RecordRender
from store.connect import Reads
from store.database import APPENDER, READER, Database
from store.event_log import StoredLog
from store.proof.cosigning import CosigningThread
from store.proof.keys import checkpoint_verifiers
from store.settings import Settings
from store.wiring import OpenLog, open_log
from tests.builders import AREA, COUNTY, COUNTY_CODE, login, request
from tests.evidence.package.made import run_by_hand, unpack, verify
from tests.store.proof.witnesses import running
from tests.testdata import SYNTHEA
from tests.tools.fhir_lives import SOURCE, somebody_else, whole_life, write
from tools.fhir.importer import import_folder
from tools.fhir.institution import importing_institution
from tools.publishing import Publishing, publish_once

OPERATOR = request("operator", "management")
needs_lives = pytest.mark.skipif(not SYNTHEA.is_dir(), reason="no synthetic lives beside the checkout")


class Imported:
    """A log of lives, published, and what makes packages of it."""

    def __init__(
        self,
        settings: Settings,
        opened: OpenLog,
        database: Database,
        application: Callable[[Settings], Records],
    ) -> None:
        self.settings, self.opened, self.database, self.application = settings, opened, database, application
        self.records = application(settings)

    def lives(self, folder: Path) -> None:
        connector = importing_institution(self.records, COUNTY, area=AREA)
        import_folder(self.records, connector, folder, jobs=2, progress=lambda done, total: None)
        self.publish()

    def publish(self) -> None:
        publish_once(Publishing.of(self.settings, self.database))

    def package(self, record: UUID, folder: Path) -> Path:
        """The unpacked bag of all that the operator is shown."""
        return package(self.records, record, folder)


def package(records: Records, record: UUID, folder: Path) -> Path:
    issued = records.issue_evidence_as_operator(OPERATOR, record, Selection())
    return unpack(b"".join(issued.packed.pieces()), folder)


@pytest.fixture(scope="module")
def imported(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    settings = Settings(data=tmp_path_factory.mktemp("lives"))
    opened = open_log(dsn=database.dsn(APPENDER), keys=settings.data / "keys", origin=settings.origin)
    with (
        closing(opened),
        closing(Reads(database.dsn(READER), 1)) as public,
        closing(Reads(database.dsn(APPENDER), 1)) as contents,
    ):
        log = StoredLog(opened)

        def application(settings: Settings) -> Records:
            makes = packer(settings, opened, log, public, contents)
            return Records(log, RecordRender(), packer=makes, documents=opened.blobs)

        found = Imported(settings, opened, database, application)
        bureau = NewInstitution("示例县卫生健康局", "county-bureau", COUNTY_CODE, "110101000000")
        administrator = NewPractitioner("县管理员", login("county"), roles=("county-administrator",))
        found.records.found(OPERATOR, bureau, administrator)
        yield found


def record_of(imported: Imported, source: str, patient: str) -> UUID:
    claim = SourceId(source, patient).claim
    found = imported.records.gate.log.find_claim(claim.namespace, claim.value)
    assert found is not None
    return found


def test_the_package_of_an_imported_life_verifies_by_program_and_by_hand(
    imported: Imported, tmp_path: Path
) -> None:
    folder = tmp_path / "bundles"
    folder.mkdir()
    write(folder, "One", *whole_life())
    imported.lives(folder)

    bag = imported.package(record_of(imported, SOURCE, "Patient/me"), tmp_path / "bag")

    assert (checked := verify(bag)).holds, checked.text
    assert (done := run_by_hand(bag)).returncode == 0, done.stdout + done.stderr
    assert (bag / "data" / "events.ndjson").read_bytes().count(b"\n") > 15


def test_a_package_waits_a_moment_for_the_witnesses_and_does_without_them_if_they_are_away(
    imported: Imported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, policy = tmp_path / "bundles", tmp_path / "policy"
    folder.mkdir()
    write(folder, "Two", *whole_life())
    imported.lives(folder)
    record = record_of(imported, SOURCE, "Patient/me")
    keys = checkpoint_verifiers(imported.settings.origin, imported.opened.keys)
    with running(tmp_path, 1, imported.settings.origin, keys) as witness:
        policy.write_text(f"log {keys[0]}\nwitness w {witness.verifier} {witness.url}\nquorum w\n")
        records = imported.application(replace(imported.settings, witnesses=policy))
        monkeypatch.setattr(evidence_packer, "WAITS", 2)
        alone = verify(package(records, record, tmp_path / "alone"))

        monkeypatch.setattr(evidence_packer, "WAITS", 100)
        publishing = Publishing.of(imported.settings, imported.database)
        with CosigningThread(publishing.dsn, publishing.log_no, trust.parse(policy.read_bytes())):
            cosigned = verify(package(records, record, tmp_path / "cosigned"))

    assert alone.holds and "no quorum" in alone.text, alone.text
    assert cosigned.holds and "attested by the witnesses w" in cosigned.text, cosigned.text


@needs_lives
@pytest.mark.slow
def test_the_packages_of_synthetic_lives_verify(imported: Imported, tmp_path: Path) -> None:
    """The two shortest, of which each is a whole life."""
    chosen = sorted(SYNTHEA.glob("*.json"), key=lambda path: path.stat().st_size)[:2]
    folder = tmp_path / "bundles"
    folder.mkdir()
    before = imported.opened.reader.last_position()
    for path in chosen:
        (folder / path.name).write_bytes(path.read_bytes())
    imported.lives(folder)
    rows = imported.opened.reader.log(first=before + 1, limit=10**6, topics=["record.created.v1"])

    assert len(rows) == len(chosen)
    for row in rows:
        bag = imported.package(row.stream, tmp_path / str(row.stream))
        assert (checked := verify(bag)).holds, checked.text
        told = (bag / "data" / "report.html").read_text()
        assert "<script" not in told


def test_what_was_erased_stays_as_commitments_and_the_rest_verifies(
    imported: Imported, tmp_path: Path
) -> None:
    folder = tmp_path / "bundles"
    folder.mkdir()
    write(folder, "Two", *somebody_else(whole_life(), "gone"))
    imported.lives(folder)
    log = imported.records.gate.log
    created = [
        row for row in imported.opened.reader.log(first=1, limit=10**6) if row.topic == "record.created.v1"
    ]
    record = log.load(Record, created[-1].stream)
    assert record is not None
    imported.package(record.id, tmp_path / "before")
    imported.publish()
    imported.opened.keys.destroy(record.id)

    bag = _of_streams(imported, record, tmp_path / "after")

    checked = verify(bag)
    assert checked.holds, checked.text
    withheld = [json.loads(line) for line in (bag / "data" / "withheld.ndjson").read_text().splitlines()]
    assert {one["why"] for one in withheld} == {"erased"}
    assert "erased" in (bag / "data" / "report.html").read_text()


def _of_streams(imported: Imported, record: Record, folder: Path) -> Path:
    """As the domain orders it of a record whose content is gone, of which only the streams are known."""
    release(record.id, record.access_stream)
    streams = tuple(
        OrderedStream(stream, name, lambda event, part: None, lambda event: False)
        for stream, name in ((record.id, "record"), (record.access_stream, "accesses"))
    )
    scope: JsonObject = {"record": str(record.id), "issued_at": "2026-11-22T03:00:00Z"}
    packed = imported.records.packer.pack(Order(uuid4(), streams, scope))
    return unpack(b"".join(packed.pieces()), folder)
