"""Signing keys are replaced: told by old and new, and whatever was signed before is still checked."""

import base64
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from domain.log_commands import tell_rotation
from domain.log_stream import KeyRotated
from domain.scalars import JsonObject
from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.receipt import Receipt, verify_receipt
from evidence.rotation import Rotation, verify_rotation
from evidence.signing import sign
from store import signing_keys
from store.database import Database
from store.event_log import StoredLog
from store.keys import KeyStore, open_key_store
from store.proof.key_history import key_history
from store.proof.keys import checkpoint_signers, checkpoint_verifiers
from store.proof.rotation import PURPOSES, Prepared, Purpose, prepare, rotate
from store.signing import receipt_signer, receipt_verifiers
from store.wiring import OpenLog
from tests.builders import request
from tests.county import County
from tests.store.logs import new_log

ORIGIN = "lifelong.example/test/rotation"
AT = "2026-06-01T02:00:00.000000Z"


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    with closing(open_key_store(tmp_path, begin=True)) as store:
        yield store


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_keys, "LOOKED_UP_EVERY_S", 0.0)


def rotated(keys: KeyStore, purpose: Purpose) -> Prepared:
    prepared = prepare(ORIGIN, keys, purpose, AT)
    rotate(prepared, ORIGIN, keys, lambda told: None)
    return prepared


def parts(prepared: Prepared) -> tuple[bytes, dict[str, bytes]]:
    """The text that is told, and the signatures by key."""
    signatures = cast(list[dict[str, str]], prepared.told["signatures"])
    return str(prepared.told["text"]).encode(), {
        one["key"]: base64.b64decode(one["signature"]) for one in signatures
    }


def checkpoint(keys: KeyStore, size: int) -> bytes:
    return sign(Checkpoint(ORIGIN, size, bytes(32)).text, *checkpoint_signers(ORIGIN, keys))


def test_old_and_new_checkpoints_are_both_opened_and_each_by_its_own_keys(keys: KeyStore) -> None:
    old_keys = checkpoint_verifiers(ORIGIN, keys)
    signers = checkpoint_signers(ORIGIN, keys)  # of a process that goes on
    before = sign(Checkpoint(ORIGIN, 1, bytes(32)).text, *signers)
    rotated(keys, "checkpoint")
    after = sign(Checkpoint(ORIGIN, 2, bytes(32)).text, *signers)

    every = checkpoint_verifiers(ORIGIN, keys)

    assert len(every) == 4 and {one.name for one in every} == {ORIGIN} and every[2:] == old_keys
    assert set(note.open(text=before, verifiers=every).signed_by) == set(old_keys)
    assert set(note.open(text=after, verifiers=every).signed_by) == set(every[:2])
    with pytest.raises(ProofError):
        note.open(text=after, verifiers=old_keys)


def test_old_and_new_receipts_are_both_checked(keys: KeyStore) -> None:
    receipt, signer = Receipt(ORIGIN, "s", 1, 1, bytes(32), AT), receipt_signer(ORIGIN, keys)
    before = receipt.signed(signer)
    rotated(keys, "receipt")
    after = receipt.signed(signer)

    every = receipt_verifiers(ORIGIN, keys)

    assert before != after and len(every) == 2
    assert (
        verify_receipt(text=before, verifiers=every) == verify_receipt(text=after, verifiers=every) == receipt
    )


@pytest.mark.parametrize("purpose", PURPOSES)
def test_whoever_knows_the_old_keys_comes_to_know_the_new_ones(keys: KeyStore, purpose: Purpose) -> None:
    known = {"checkpoint": checkpoint_verifiers, "receipt": receipt_verifiers}[purpose]
    trusted = known(ORIGIN, keys)
    for generation in (2, 3):
        prepared = rotated(keys, purpose)
        text, signatures = parts(prepared)

        told = verify_rotation(text=text, signatures=signatures, trusted=trusted)

        assert (told.purpose, told.new, prepared.generation) == (purpose, prepared.new, generation)
        trusted = list(told.new)
    assert trusted == known(ORIGIN, keys)[: len(trusted)]


def test_a_rotation_that_lacks_a_signature_or_was_changed_is_refused(keys: KeyStore) -> None:
    trusted = checkpoint_verifiers(ORIGIN, keys)
    prepared = prepare(ORIGIN, keys, "checkpoint", AT)
    text, signatures = parts(prepared)
    told = Rotation.parse(text)

    for key in signatures:
        lacking = {name: one for name, one in signatures.items() if name != key}
        with pytest.raises(ProofError):
            verify_rotation(text=text, signatures=lacking, trusted=trusted)
    for other in (
        replace(told, at="2027-01-01T00:00:00.000000Z"),
        replace(told, new=told.new[:1]),
        replace(told, purpose="receipt"),
    ):
        with pytest.raises(ProofError):
            verify_rotation(text=other.text(), signatures=signatures, trusted=trusted)
    with pytest.raises(ProofError):
        verify_rotation(text=text, signatures=signatures, trusted=trusted[:1])
    for wrong in (
        b"",
        b"lifelong/key-rotation/v1\n",
        text + b"new x\n",
        text[:-1],
        text.replace(b"old", b"OLD"),
    ):
        with pytest.raises(ProofError):
            Rotation.parse(wrong)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_cut_off_around_the_telling_the_old_keys_sign_and_the_next_run_goes_on(
    keys: KeyStore, after: bool
) -> None:
    class Cut(Exception):
        pass

    told = list[JsonObject]()

    def cut(fields: JsonObject) -> None:
        if after:
            told.append(fields)
        raise Cut

    first = prepare(ORIGIN, keys, "checkpoint", AT)
    with pytest.raises(Cut):
        rotate(first, ORIGIN, keys, cut)
    assert len(checkpoint_verifiers(ORIGIN, keys)) == 2

    again = prepare(ORIGIN, keys, "checkpoint", AT)
    rotate(again, ORIGIN, keys, told.append)

    assert again.new == first.new == tuple(checkpoint_verifiers(ORIGIN, keys)[:2])


@pytest.fixture
def log(database: Database) -> Iterator[OpenLog]:
    with new_log(database) as log:
        yield log


def test_it_is_told_once_and_found_with_its_time(log: OpenLog) -> None:
    stored, gate = StoredLog(log), County().records.gate
    gate.log = stored
    prepared = prepare(log.origin, log.keys, "receipt", AT)

    answer = tell_rotation(stored, gate, request("operator", "management"), prepared.told)
    assert tell_rotation(stored, gate, request("operator", "management"), prepared.told) is None
    rotate(prepared, log.origin, log.keys, lambda told: None)

    assert answer is not None
    place = answer.stored[0]
    event = stored.read(place.stream)[0].event
    assert isinstance(event, KeyRotated) and event.text.encode() == parts(prepared)[0]
    receipts = [one for one in key_history(log) if one.purpose == "receipt"]
    assert [one.generation for one in receipts] == [2, 1]
    assert (receipts[0].since, receipts[0].until, receipts[1].since) == (place.recorded_at, None, None)
    assert receipts[1].until is not None and receipts[1].until >= place.recorded_at
    assert log.signer.verifier == receipts[0].verifiers[0] == prepared.new[0]
