"""The note on a summary is checked with the log's public key alone, and is of these bytes only."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.errors import ProofError
from evidence.signing import Signer
from evidence.summary_note import SummaryNote, verify_summary

SIGNER = Signer("lifelong.example/1/receipt", Ed25519PrivateKey.generate())
SUMMARY = b'{"allergies":[]}'
NOTE = SummaryNote(
    "lifelong.example/1", "r", 7, 41, "2026-06-01T02:00:00.000000Z", hashlib.sha256(SUMMARY).hexdigest()
)


def test_a_note_that_was_signed_says_what_it_said() -> None:
    text = NOTE.signed(SIGNER)

    assert verify_summary(summary=SUMMARY, text=text, verifiers=[SIGNER.verifier]) == NOTE


@pytest.mark.parametrize(
    "lines",
    [
        "lifelong.example/1/receipt\nr\n7\n41\nat\nhash\n",  # of another kind
        "lifelong.example/1/emergency-summary\nr\n7\n41\nat\n",
        "lifelong.example/1/emergency-summary\nr\nseven\n41\nat\nhash\n",
        "lifelong.example/1/emergency-summary\nr\n7\n41\nat\nhash\n",  # of other bytes
    ],
)
def test_a_note_on_anything_else_is_refused(lines: str) -> None:
    with pytest.raises(ProofError):
        verify_summary(summary=SUMMARY, text=SIGNER.sign(lines.encode()), verifiers=[SIGNER.verifier])


def test_a_note_by_another_key_is_refused() -> None:
    other = Signer("lifelong.example/1/receipt", Ed25519PrivateKey.generate())

    with pytest.raises(ProofError):
        verify_summary(summary=SUMMARY, text=NOTE.signed(other), verifiers=[SIGNER.verifier])
