"""`lifelong evidence`: a package exported and checked, a byte flipped; a receipt held against the log."""

import json
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest

from domain.access_stream import RecordExported
from domain.evidence_port import Selection
from domain.record import Record
from evidence.errors import ProofError
from evidence.honoured import check
from evidence.receipt import verify_receipt
from evidence.tlog_proof import TlogProof
from store.database import Database
from store.settings import Settings
from tests.api.published import publish
from tests.api.served import Served, new_entry, new_record, serving
from tests.api.test_published import keys
from tools import evidence_export, evidence_verify, receipt_check
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed


@pytest.fixture(scope="module")
def county(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(database, tmp_path_factory.mktemp("evidence")) as served:
        yield served


@pytest.fixture
def settings(county: Served, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of the county, whose database is the one that is open."""
    for module in (evidence_export, receipt_check):
        monkeypatch.setattr(module, "open_database", lambda settings: nullcontext(county.service.database))
    return county.service.settings


def test_an_export_is_the_operators_act_and_verifies_until_a_byte_is_flipped(
    county: Served, settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    record, out = county.open_record(), tmp_path / "package.zip"
    county.post(f"/v1/records/{record}/allergies", new_entry("allergies"))
    publish(county)

    with redirect_stdout(StringIO()) as said:
        status = evidence_export.run(settings, UUID(record), out, Selection(), as_json=True)
    assert status == OK
    answer = json.loads(said.getvalue())
    log = county.service.records.gate.log
    found = log.load(Record, UUID(record))
    assert found is not None
    newest = log.read(found.access_stream, newest_first=True)[0].event
    assert isinstance(newest, RecordExported)
    assert (str(newest.event_id), newest.body_sha256) == (answer["event"], answer["sha256"])
    assert newest.who["role"] == "operator"
    assert out.stat().st_mode & 0o777 == 0o600

    assert evidence_verify.run(out, None) == OK
    data = out.read_bytes()
    at = data.index(b'"allergies"') if b'"allergies"' in data else len(data) // 2
    out.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert evidence_verify.run(out, None) == FINDING
    assert "NOT VERIFIED" in capfd.readouterr().out

    with pytest.raises(CommandFailed, match="already"):
        evidence_export.run(settings, UUID(record), out, Selection(), as_json=True)
    with pytest.raises(CommandFailed, match="no such file"):
        evidence_verify.run(tmp_path / "nothing", None)


@pytest.mark.parametrize("over", ["http", "database"])
def test_a_receipt_is_not_due_and_then_in_the_log(
    county: Served, settings: Settings, tmp_path: Path, over: str
) -> None:
    answer = county.post("/v1/records", new_record())
    place = tmp_path / "answer.json"
    place.write_bytes(answer.content)
    base = str(county.client.base_url).rstrip("/")
    asked = receipt_check.Asked(place, base if over == "http" else None, 1, None)
    source = None if over == "http" else (lambda: settings)

    with redirect_stdout(StringIO()) as early:
        assert receipt_check.run(source, asked, as_json=True) == UNAVAILABLE
    publish(county)
    with redirect_stdout(StringIO()) as late:
        assert receipt_check.run(source, asked, as_json=True) == OK

    assert json.loads(early.getvalue())["outcome"] == "not-yet"
    assert json.loads(late.getvalue())["outcome"] == "in-the-log"


def test_a_receipt_that_was_not_honoured_convicts(county: Served) -> None:
    receipt = verify_receipt(
        text=county.post("/v1/records", new_record()).json()["receipt"].encode(), verifiers=keys(county)
    )
    later = datetime.fromisoformat(receipt.at) + timedelta(seconds=61)
    publish(county)
    answer = county.client.get(f"/v1/logs/1/proofs/{receipt.position}").content
    proof = TlogProof.parse(answer)

    assert check(receipt, None, keys(county), later).outcome == "overdue"
    assert check(receipt, proof, keys(county), later).outcome == "in-the-log"
    dropped = replace(receipt, leaf_hash=bytes(32))
    assert check(dropped, proof, keys(county), later).convicts
    with pytest.raises(ProofError):
        check(receipt, replace(proof, index=proof.index + 1), keys(county), later)
    with pytest.raises(ProofError):
        check(receipt, replace(proof, checkpoint=_half_signed(proof.checkpoint)), keys(county), later)


def _half_signed(note: bytes) -> bytes:
    """Without the line of the log's second key."""
    return b"\n".join(note.split(b"\n")[:-2]) + b"\n"


@pytest.mark.parametrize("data", [b"{}", b"{", b"nothing", b"a\nb\nc\n1\nd\ne\n"])
def test_what_is_no_receipt_is_told(county: Served, tmp_path: Path, data: bytes) -> None:
    place = tmp_path / "receipt"
    place.write_bytes(data)
    base = str(county.client.base_url).rstrip("/")

    with pytest.raises(CommandFailed) as failed:
        receipt_check.run(None, receipt_check.Asked(place, base, 1, None), as_json=True)
    assert failed.value.status in (FINDING, USAGE)


def test_an_api_that_is_none_is_told(county: Served, tmp_path: Path) -> None:
    place = tmp_path / "receipt"
    place.write_text(county.post("/v1/records", new_record()).json()["receipt"])
    base = str(county.client.base_url).rstrip("/")

    for api, log, status in (
        ("ftp://nowhere", 1, USAGE),
        ("http://127.0.0.1:1", 1, UNAVAILABLE),
        (base, 2, UNAVAILABLE),
    ):
        with pytest.raises(CommandFailed) as failed:
            receipt_check.run(None, receipt_check.Asked(place, api, log, None), as_json=True)
        assert failed.value.status == status
