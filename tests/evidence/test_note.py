"""Signed notes and receipts: published example, tampering, and Wycheproof's cases."""

import base64
import json
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
from hypothesis import given
from hypothesis import strategies as st

from evidence import note
from evidence.errors import ProofError
from evidence.note import Verifier
from evidence.receipt import Receipt, verify_receipt
from evidence.signing import Signer
from tests.testdata import EVIDENCE, needs_testdata

# The example of the C2SP signed-note specification (CC BY 4.0).
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZ"
    "XsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

SIGNER = Signer("lifelong.example/test/1/receipt", Ed25519PrivateKey.from_private_bytes(bytes(32)))
RECEIPT = Receipt(
    origin="lifelong.example/test/1",
    stream="6f1c2a34-0000-4000-8000-000000000001",
    version=7,
    position=42,
    leaf_hash=bytes(range(32)),
    at="2026-11-22T02:35:01.123456Z",
)


def test_the_specifications_example_opens() -> None:
    verifier = Verifier.parse(VKEY)

    opened = note.open(text=EXAMPLE, verifiers=[verifier])

    assert (opened.text, opened.signed_by) == (b"This is an example message.\n", (verifier,))
    assert str(verifier) == VKEY


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    both = EXAMPLE + SIGNER.sign(b"This is an example message.\n").split(b"\n\n")[1]

    assert note.open(text=both, verifiers=[SIGNER.verifier]).signed_by == (SIGNER.verifier,)


@pytest.mark.parametrize("verifiers", [[], [SIGNER.verifier]], ids=["none", "another"])
def test_a_note_that_no_known_key_signed_is_refused(verifiers: list[Verifier]) -> None:
    with pytest.raises(ProofError):
        note.open(text=EXAMPLE, verifiers=verifiers)


@given(st.data())
def test_a_receipt_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    signed = bytearray(RECEIPT.signed(SIGNER))
    at = data.draw(st.integers(0, len(signed) - 1))
    signed[at] ^= data.draw(st.integers(1, 255))

    try:
        found = verify_receipt(text=bytes(signed), verifiers=[SIGNER.verifier])
    except ProofError:
        return
    assert found == RECEIPT  # base64 has spellings that differ in bits nobody reads


def test_a_receipt_reads_back_as_it_was_signed() -> None:
    assert verify_receipt(text=RECEIPT.signed(SIGNER), verifiers=[SIGNER.verifier]) == RECEIPT


@pytest.mark.parametrize(
    "text",
    [b"", b"\n", b"x\n", b"x\n\n", b"x\n\nnot a signature\n", EXAMPLE[:-1], EXAMPLE.replace(b"\n\n", b"\n")],
)
def test_what_is_not_a_note_is_refused(text: bytes) -> None:
    with pytest.raises(ProofError):
        note.open(text=text, verifiers=[Verifier.parse(VKEY)])


@pytest.mark.parametrize(
    "vkey", ["", "a+b+c", VKEY[:-1], VKEY.replace("530d", "530e"), VKEY.replace("+A", "+B")]
)
def test_a_verifier_key_that_does_not_hold_together_is_refused(vkey: str) -> None:
    with pytest.raises(ProofError):
        Verifier.parse(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a\tb"])
def test_a_verifier_key_of_no_name_that_a_note_can_hold_is_refused(name: str) -> None:
    public = Verifier.parse(VKEY).public_key
    key_id = sha256(name.encode() + b"\n\x01" + public).hexdigest()[:8]

    with pytest.raises(ProofError, match="name"):
        Verifier.parse(f"{name}+{key_id}+{base64.b64encode(bytes([1]) + public).decode()}")


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        (0, "lifelong.example/test/1"),
        (2, "x"),
        (3, "4_2"),
        (4, "AAAA"),
        (4, "not base64"),
        (5, "2026\nmore"),
    ],
)
def test_a_receipt_that_is_signed_but_does_not_read_is_refused(line: int, instead: str) -> None:
    lines = RECEIPT.text().decode().splitlines()
    lines[line] = instead
    signed = SIGNER.sign("".join(f"{one}\n" for one in lines).encode())

    with pytest.raises(ProofError):
        verify_receipt(text=signed, verifiers=[SIGNER.verifier])


@pytest.mark.parametrize("name", ["", "a b", "a+b"])
def test_a_key_name_cannot_break_the_notes_lines(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        Signer(name, Ed25519PrivateKey.generate())


def test_a_signed_text_ends_its_last_line() -> None:
    with pytest.raises(ValueError, match="newline"):
        SIGNER.sign(b"text")


@needs_testdata
def test_wycheproofs_cases_are_judged_alike() -> None:
    groups = json.loads((EVIDENCE / "wycheproof" / "ed25519_test.json").read_text())["testGroups"]
    for group in groups:
        key = bytes.fromhex(group["publicKey"]["pk"])
        verifier = Verifier("test", b"\0" * 4, key)
        for case in group["tests"]:
            holds = _holds(verifier, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            assert holds == (case["result"] == "valid"), case["tcId"]


def _holds(verifier: Verifier, message: bytes, signature: bytes) -> bool:
    try:
        verifier.check(message, signature)
    except ProofError:
        return False
    return True


@needs_testdata
def test_wycheproofs_ml_dsa_cases_are_judged_alike() -> None:
    """By the primitive that checks signatures of type 0x06; contexts are of no use to us."""
    groups = json.loads((EVIDENCE / "wycheproof" / "mldsa_44_verify_test.json").read_text())["testGroups"]
    judged = 0
    for group in groups:
        for case in group["tests"]:
            context = bytes.fromhex(case["ctx"]) if "ctx" in case else None
            signed = (bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]), context)
            assert _ml_dsa_holds(bytes.fromhex(group["publicKey"]), *signed) == (case["result"] == "valid")
            judged += 1
    assert judged == 180


def _ml_dsa_holds(key: bytes, message: bytes, signature: bytes, context: bytes | None) -> bool:
    try:
        MLDSA44PublicKey.from_public_bytes(key).verify(signature, message, context)
    except (InvalidSignature, ValueError):
        return False
    return True
