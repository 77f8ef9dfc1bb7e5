"""Each type of signature line is judged by code that is not ours: 0x01, 0x04 (Ed25519) and 0x06 (ML-DSA-44).

proofbundle splits the note, finds the line, builds the bytes that are signed and checks them. It shares the
library `cryptography` with us, so ML-DSA-44 is checked once more by `mldsa`, which is pure Python by another
author. Neither may be absent.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

import mldsa
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from proofbundle import checkpoint as proofbundle
from proofbundle.errors import BundleFormatError

from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.note import COSIGNATURE, ED25519, MARK, ML_DSA_44, Verifier
from evidence.signing import LineSigner, MlDsaSigner, sign
from tests.evidence.published import AT, COSIGNER, LOG, LOG_TOO, ORIGIN, published

ML_DSA_WITNESS = MlDsaSigner(
    "witness.example/w2", MLDSA44PrivateKey.from_seed_bytes(bytes([4]) * 32), lambda: AT
)
TEXT = note.parts(published().note)[0]
NOTE = sign(TEXT, LOG, LOG_TOO, COSIGNER, ML_DSA_WITNESS)
ORIGIN_LINE, SIZE_LINE, ROOT_LINE = range(3)
ID, TIME = 4, 8  # bytes of a key's id and of a cosignature's time


class Signed(NamedTuple):
    """A note, and the key of which a line is looked for in it."""

    note: bytes
    verifier: Verifier


Judge = Callable[[Signed], bool]
Twin = Callable[[Signed], Signed]


def ours(told: Signed) -> bool:
    try:
        return note.open(text=told.note, verifiers=[told.verifier]).signed_by == (told.verifier,)
    except ProofError:
        return False


def theirs(told: Signed) -> bool:
    """Type 0x01 is the log's; proofbundle takes it for no witness, and no witness for a log."""
    is_log = told.verifier.kind == ED25519
    check = proofbundle.verify_checkpoint if is_log else proofbundle.verify_cosignature
    try:
        found: Mapping[str, Any] = check(told.note.decode(), str(told.verifier))  # Any: as it answers
    except (BundleFormatError, UnicodeDecodeError):
        return False
    return bool(found["ok"]) and (is_log or found["timestamp"] == AT)


@pytest.fixture(params=["ours", "proofbundle", "proofbundle-on-mldsa"])
def judge(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Judge]:
    """Each of them has to come to the same verdict."""
    if request.param == "proofbundle-on-mldsa":
        keys = SimpleNamespace(from_public_bytes=mldsa.VerificationKey)
        monkeypatch.setattr(proofbundle, "_mldsa_module", lambda: SimpleNamespace(MLDSA44PublicKey=keys))
    yield ours if request.param == "ours" else theirs


def _flipped(data: bytes, at: int) -> bytes:
    at %= len(data)
    return bytes([*data[:at], data[at] ^ 1, *data[at + 1 :]])


def _in_text(line: int, change: Callable[[str], str]) -> Twin:
    def twin(told: Signed) -> Signed:
        text, separator, lines = told.note.partition(b"\n\n")
        found = text.decode().split("\n")
        found[line] = change(found[line])
        return told._replace(note="\n".join(found).encode() + separator + lines)

    return twin


def _in_line(change: Callable[[str, bytes], tuple[str, bytes]]) -> Twin:
    """The line of the key, changed in its name and in what stands behind it."""

    def twin(told: Signed) -> Signed:
        return told._replace(note=b"".join(_changed(one, told.verifier, change) for one in _lines(told.note)))

    return twin


def _lines(signed: bytes) -> list[bytes]:
    return signed.splitlines(keepends=True)


def _changed(line: bytes, key: Verifier, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    name, _, encoded = line.decode().removeprefix(MARK).rstrip("\n").partition(" ")
    if not line.startswith(MARK.encode()) or base64.b64decode(encoded)[:ID] != key.key_id:
        return line
    name, raw = change(name, base64.b64decode(encoded))
    return f"{MARK}{name} {base64.b64encode(raw).decode()}\n".encode()


def _root(text: str) -> str:
    return base64.b64encode(_flipped(base64.b64decode(text), 17)).decode()


def _last_bit(text: str) -> str:
    return _flipped(text.encode(), -1).decode()


TWINS: Final[dict[str, Twin]] = {
    "origin": _in_text(ORIGIN_LINE, _last_bit),
    "size": _in_text(SIZE_LINE, _last_bit),
    "root": _in_text(ROOT_LINE, _root),
    "name": _in_line(lambda name, raw: (_last_bit(name), raw)),
    "key-id": _in_line(lambda name, raw: (name, _flipped(raw, ID - 1))),
    "signature-begin": _in_line(lambda name, raw: (name, _flipped(raw, ID + TIME))),
    "signature-middle": _in_line(lambda name, raw: (name, _flipped(raw, len(raw) // 2))),
    "signature-end": _in_line(lambda name, raw: (name, _flipped(raw, -1))),
    "signature-cut": _in_line(lambda name, raw: (name, raw[:-1])),
    "signature-longer": _in_line(lambda name, raw: (name, raw + b"\0")),
    "signed-by-another": lambda told: told._replace(
        note=_in_line(lambda name, raw: (name, raw[:ID] + bytes(len(raw) - ID)))(told).note
    ),
    "key": lambda told: _of_key(told, told.verifier.name, _flipped(told.verifier.public_key, 9)),
}
TIMED_TWINS: Final[dict[str, Twin]] = {
    "second": _in_line(lambda name, raw: (name, _flipped(raw, ID + TIME - 1))),
    "age": _in_line(lambda name, raw: (name, _flipped(raw, ID))),
    "no-time": _in_line(lambda name, raw: (name, raw[:ID] + raw[ID + TIME :])),
}


def _of_key(told: Signed, name: str, public_key: bytes, kind: bytes | None = None) -> Signed:
    """The same signature under another key, whose id is right."""
    key = Verifier.of(name, kind or told.verifier.kind, public_key)
    relabelled = _in_line(lambda _, raw: (name, key.key_id + raw[ID:]))(told)
    return Signed(relabelled.note, key)


LINES: Final[Mapping[str, LineSigner]] = {
    "0x01": LOG,
    "0x04": COSIGNER,
    "0x06-log": LOG_TOO,
    "0x06-witness": ML_DSA_WITNESS,
}
CASES = [(line, twin) for line in LINES for twin in TWINS]
CASES += [(line, twin) for line in LINES if line != "0x01" for twin in TIMED_TWINS]


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_a_note_is_accepted(judge: Judge, line: str) -> None:
    assert judge(Signed(NOTE, LINES[line].verifier))


@pytest.mark.parametrize(("line", "twin"), CASES)
def test_a_line_with_one_thing_changed_is_refused(judge: Judge, line: str, twin: str) -> None:
    good = Signed(NOTE, LINES[line].verifier)
    changed = (TWINS | TIMED_TWINS)[twin](good)

    assert changed != good
    assert not judge(changed)


def test_a_signature_of_ml_dsa_belongs_to_its_name(judge: Judge) -> None:
    """Type 0x06 signs the signer's name too; under another name, with the id that fits it, it is void."""
    good = Signed(NOTE, ML_DSA_WITNESS.verifier)

    assert not judge(_of_key(good, "witness.example/w3", good.verifier.public_key))


@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE], ids=["0x01", "0x04"])
def test_a_signature_of_one_type_is_none_of_the_other(judge: Judge, kind: bytes) -> None:
    signer = LINES["0x04" if kind == ED25519 else "0x01"]
    good = Signed(NOTE, signer.verifier)

    assert not judge(_of_key(good, signer.verifier.name, signer.verifier.public_key, kind))


def test_ml_dsa_of_another_hand_refuses_every_byte_of_a_changed_message() -> None:
    """Without any parser in between: the bytes that the specification names, written out here."""
    name, origin, told = ML_DSA_WITNESS.verifier.name.encode(), ORIGIN.encode(), Checkpoint.parse(TEXT)
    head = b"subtree/v1\n\0" + bytes([len(name)]) + name + AT.to_bytes(8, "big")
    tail = bytes([len(origin)]) + origin + bytes(8) + told.size.to_bytes(8, "big") + told.root
    signature = ML_DSA_WITNESS.signature(TEXT)[TIME:]
    key = mldsa.VerificationKey(ML_DSA_WITNESS.verifier.public_key, parameters=mldsa.ParameterSet.ML_DSA_44)

    key.verify(signature, head + tail)

    for at in range(len(head + tail)):
        with pytest.raises(mldsa.VerificationError):
            key.verify(signature, _flipped(head + tail, at))


def test_what_they_sign_is_accepted_by_us() -> None:
    """The other way round: their keys' names, their notes and their cosignatures of all three types."""
    log, witness = (Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (5, 6))
    other = MLDSA44PrivateKey.from_seed_bytes(bytes([7]) * 32)
    told = Checkpoint.parse(TEXT)
    signed = proofbundle.sign_checkpoint(ORIGIN, told.size, told.root, log, ORIGIN)
    signed = proofbundle.cosign_checkpoint(signed, witness, "one.example", AT)
    signed = proofbundle.cosign_checkpoint_mldsa(signed, other, "two.example", AT)
    keys = [
        Verifier.parse(proofbundle.vkey(ORIGIN, log.public_key().public_bytes_raw())),
        Verifier.parse(proofbundle.cosign_vkey("one.example", witness.public_key().public_bytes_raw())),
        Verifier.parse(proofbundle.cosign_vkey_mldsa("two.example", other.public_key().public_bytes_raw())),
    ]

    opened = note.open(text=signed.encode(), verifiers=keys)

    assert opened.signed_by == tuple(keys)
    assert [one.kind for one in keys] == [ED25519, COSIGNATURE, ML_DSA_44]
    assert Checkpoint.parse(opened.text) == told
