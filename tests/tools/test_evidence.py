"""`lifelong evidence`: a package exported and checked, a byte flipped; a receipt held against the log."""

import json
import os
from base64 import b64decode
from collections.abc import Iterator
from contextlib import nullcontext, redirect_stdout
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.access_stream import RecordExported
from domain.evidence_port import Selection
from domain.record import Record
from evidence import canonical
from evidence.errors import ProofError
from evidence.heads import key_of
from evidence.honoured import check
from evidence.merkle import leaf_hash
from evidence.package import verify as shipped
from evidence.receipt import verify_receipt
from evidence.tlog_proof import TlogProof
from store.database import Database
from store.settings import Settings
from tests.api.published import publish
from tests.api.served import Served, new_entry, new_record, serving
from tests.api.test_published import keys
from tests.fonts import HAN, write_font
from tools import evidence_absent, evidence_export, evidence_verify, receipt_check
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed


@pytest.fixture(scope="module")
def county(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(database, tmp_path_factory.mktemp("evidence")) as served:
        yield served


@pytest.fixture
def settings(county: Served, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of the county, whose database is the one that is open."""
    for module in (evidence_absent, evidence_export, receipt_check):
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
    reading, writing = os.pipe()  # as of --keys <(curl …)
    os.write(writing, county.client.get("/v1/logs/1/keys").content)
    os.close(writing)
    assert evidence_verify.run(out, Path(f"/dev/fd/{reading}")) == OK
    os.close(reading)
    data = out.read_bytes()
    at = data.index(b'"allergies"') if b'"allergies"' in data else len(data) // 2
    out.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert evidence_verify.run(out, None) == FINDING
    assert "NOT VERIFIED" in capfd.readouterr().out

    with pytest.raises(CommandFailed, match="already"):
        evidence_export.run(settings, UUID(record), out, Selection(), as_json=True)
    with pytest.raises(CommandFailed, match="no such file"):
        evidence_verify.run(tmp_path / "nothing", None)


def test_the_report_is_a_pdf_where_the_operators_fonts_have_all_it_says(
    county: Served, settings: Settings, tmp_path: Path
) -> None:
    record, fonts = county.open_record(), tmp_path / "fonts"
    fonts.mkdir()
    write_font(fonts / "han.ttf", "Test Han", HAN)
    publish(county)

    with redirect_stdout(StringIO()) as said:
        for name, used in (("with", fonts), ("without", None)):
            chosen = replace(settings, fonts=used)
            evidence_export.run(chosen, UUID(record), tmp_path / name, Selection(), as_json=True)
    told = [json.loads(line)["report_pdf"] for line in said.getvalue().splitlines()]

    assert told[0] == "made"
    assert b"+TestHan" in (tmp_path / "with").read_bytes()
    assert b"+TestHan" not in (tmp_path / "without").read_bytes()
    assert told[1] == "made" or told[1].startswith("not made: ")  # as the fonts of this system are
    assert evidence_verify.run(tmp_path / "with", None) == OK


def test_it_is_proved_that_there_is_no_such_stream(
    county: Served, settings: Settings, tmp_path: Path
) -> None:
    nobody, out = uuid4(), tmp_path / "absent.json"
    record = county.open_record()

    with redirect_stdout(StringIO()) as said:
        assert evidence_absent.run(settings, nobody, out, as_json=True) == OK
    told = json.loads(out.read_bytes())
    assert told == json.loads(said.getvalue()) and told["stream"] == str(nobody)
    proof = TlogProof.parse(told["proof"].encode())
    proof.verify(leaf_hash(told["event"].encode()), keys(county))
    event = json.loads(told["event"])
    committed = {(event["event"], name): value.encode() for name, value in event["parts"].items()}
    root = json.loads(shipped.opened(canonical.encode(told["part"]), committed)[1])["root"]
    assert root_beside(nobody, told["head"]) == bytes.fromhex(root)

    with redirect_stdout(StringIO()) as said:
        assert evidence_absent.run(settings, UUID(record), None, as_json=True) == FINDING
    assert json.loads(said.getvalue())["events"] >= 1
    with pytest.raises(CommandFailed, match="already"):
        evidence_absent.run(settings, nobody, out, as_json=True)


def root_beside(stream: UUID, head: dict[str, Any]) -> bytes:  # Any: as JSON has it
    """The root of the list, from the heads on both sides of where the stream would stand: neighbours."""
    key, streams = key_of(stream), head["streams"]
    bucket = {sha256().digest()} if not streams else set()
    for one in head["shown"]:
        leaf = (
            b"head/v1\n" + b64decode(one["key"]) + one["events"].to_bytes(8, "big") + b64decode(one["leaf"])
        )
        bucket |= {
            *shipped.climbed(one["index"], streams - 1, [*map(b64decode, one["proof"])], leaf_hash(leaf))
        }
    (found,) = bucket
    below = max((one["index"] for one in head["shown"] if b64decode(one["key"]) < key), default=-1)
    above = min((one["index"] for one in head["shown"] if b64decode(one["key"]) > key), default=streams)
    assert above == below + 1
    number = int.from_bytes(key[:2], "big") >> 4
    leaf = b"bucket/v1\n" + number.to_bytes(2, "big") + streams.to_bytes(8, "big") + found
    (root,) = shipped.climbed(number, 4095, [*map(b64decode, head["bucket_proof"])], leaf_hash(leaf))
    return root


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
