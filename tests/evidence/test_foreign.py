"""What we publish is accepted by verifiers that are not ours, and its tampered twins are refused by them.

sigstore and proofbundle are always there: their absence is a failure. Go's sumdb comes with Debian's packages
(golang-go and golang-golang-x-mod-dev), and openssl with the system; where they are not, their tests are
skipped and say so. Each type of signature line has its own tests in test_foreign_cosignatures.py.
"""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from proofbundle.errors import BundleFormatError
from proofbundle.tlogproof import verify_tlog_proof
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint, verify_checkpoint
from sigstore._internal.trust import Keyring, RekorKeyring
from sigstore.errors import VerificationError
from sigstore.models import TransparencyLogEntry
from sigstore_models.common.v1 import PublicKey, PublicKeyDetails

from evidence import note
from evidence.cosignature import timed
from evidence.tlog_proof import TlogProof
from tests.evidence.published import COSIGNER, LOG, ORIGIN, Published, leaf, published

PROGRAM = Path(__file__).parent / "go" / "main.go"
GO_PACKAGES = Path("/usr/share/gocode")
GOOD = published()


def _changed(text: bytes, at: int) -> bytes:
    return bytes([*text[:at], text[at] ^ 1, *text[at + 1 :]])


def _swapped(one: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return (one[1], one[0], *one[2:])


Twin = Callable[[Published], Published]
TEXT = GOOD.note.index(b"\n\n")
SIGNATURE = GOOD.note.index(b" ", TEXT + 8) + 12  # inside the first signature, behind the key's id
TWINS: dict[str, Twin] = {
    "origin": lambda good: replace(good, note=_changed(good.note, 0)),
    "size": lambda good: replace(good, note=good.note.replace(b"\n700\n", b"\n701\n")),
    "root": lambda good: replace(good, note=_changed(good.note, TEXT - 10)),
    "signature": lambda good: replace(good, note=_changed(good.note, SIGNATURE)),
    "unsigned": lambda good: replace(good, note=good.note[: TEXT + 1]),
    "leaf": lambda good: replace(good, leaf=leaf(401)),
    "index": lambda good: replace(good, index=401),
    "short-proof": lambda good: replace(good, inclusion=good.inclusion[:-1]),
    "long-proof": lambda good: replace(good, inclusion=(*good.inclusion, bytes(32))),
    "swapped-proof": lambda good: replace(good, inclusion=_swapped(good.inclusion)),
    "changed-proof": lambda good: replace(
        good, inclusion=(_changed(good.inclusion[0], 3), *good.inclusion[1:])
    ),
    "of-another-size": lambda good: replace(good, inclusion=published(size=699).inclusion),
}
MORE_TWINS: dict[str, Twin] = {
    "consistency": lambda good: replace(good, consistency=_swapped(good.consistency)),
    "short-consistency": lambda good: replace(good, consistency=good.consistency[1:]),
    "another-before": lambda good: replace(good, earlier=published(earlier=299).earlier),
    "tile": lambda good: replace(
        good, tiles=good.tiles | {"tile/0/001": _changed(good.tiles["tile/0/001"], 5)}
    ),
    "upper-tile": lambda good: replace(
        good, tiles=good.tiles | {"tile/1/000.p/2": _changed(good.tiles["tile/1/000.p/2"], 40)}
    ),
    "cosignature": lambda good: replace(good, note=_changed(good.note, len(good.note) - 30)),
    "cosigned-later": lambda good: replace(good, note=_later(good.note)),
}


def _later(signed: bytes) -> bytes:
    """The cosignature tells another time than it signs."""
    head, _, line = signed.removesuffix(b"\n").rpartition(b" ")
    raw = bytearray(base64.b64decode(line))
    raw[11] ^= 1
    return head + b" " + base64.b64encode(raw) + b"\n"


# sigstore: a client of a public log of the same formats.


def sigstore_accepts(told: Published) -> bool:
    """Opens the checkpoint, and checks the leaf under its root."""
    public = Ed25519PublicKey.from_public_bytes(LOG.verifier.public_key)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = PublicKey(raw_bytes=base64.b64encode(der), key_details=PublicKeyDetails.PKIX_ED25519)
    try:
        checkpoint = SignedCheckpoint.from_text(told.note.decode()).checkpoint
        proof = SimpleNamespace(
            checkpoint=SimpleNamespace(envelope=told.note.decode()),
            log_index=told.index,
            tree_size=checkpoint.log_size,
            root_hash=bytes.fromhex(checkpoint.log_hash),
            hashes=list(told.inclusion),
        )
        inner = SimpleNamespace(
            inclusion_proof=proof,
            canonicalized_body=told.leaf,
            log_id=SimpleNamespace(key_id=LOG.verifier.key_id),
        )
        entry = cast(TransparencyLogEntry, SimpleNamespace(_inner=inner))
        verify_checkpoint(RekorKeyring(Keyring([key])), entry)
        verify_merkle_inclusion(entry)
    except (VerificationError, UnicodeDecodeError, ValueError):
        return False
    return True


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (255, 7), (256, 255), (257, 256), (700, 400)])
def test_sigstore_accepts_a_checkpoint_and_the_proof_of_a_leaf(size: int, index: int) -> None:
    assert sigstore_accepts(published(earlier=1, size=size, index=index))


@pytest.mark.parametrize("name", TWINS)
def test_sigstore_refuses_a_tampered_twin(name: str) -> None:
    assert not sigstore_accepts(TWINS[name](GOOD))


# proofbundle: reads the proof files that we hand out (C2SP tlog-proof), with the witness's cosignature.


def proofbundle_accepts(told: Published) -> bool:
    """Opens the file: the log's signature, the witness's, and the leaf under the root."""
    file = TlogProof(told.index, told.inclusion, told.note).encode()
    witnesses = [str(COSIGNER.verifier)]
    try:
        found = verify_tlog_proof(
            file.decode(), told.leaf, str(LOG.verifier), witnesses, threshold=1, expected_origin=ORIGIN
        )
    except (BundleFormatError, UnicodeDecodeError):
        return False
    return bool(found["ok"])


@pytest.mark.parametrize(("size", "index"), [(1, 0), (2, 1), (255, 7), (256, 255), (257, 256), (700, 400)])
def test_proofbundle_accepts_our_proof_files(size: int, index: int) -> None:
    assert proofbundle_accepts(published(earlier=1, size=size, index=index))


@pytest.mark.parametrize("name", [*TWINS, "cosignature", "cosigned-later"])
def test_proofbundle_refuses_a_tampered_proof_file(name: str) -> None:
    assert not proofbundle_accepts((TWINS | MORE_TWINS)[name](GOOD))


# Go: the packages with which Go's own tools check the module log.


@pytest.fixture(scope="session")
def go_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if shutil.which("go") is None or not (GO_PACKAGES / "src/golang.org/x/mod/sumdb/note").is_dir():
        pytest.skip("not installed: golang-go and golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "check"
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        "GO111MODULE": "off",
        "GOPATH": str(GO_PACKAGES),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-p=2",
        "CGO_ENABLED": "0",
    }
    subprocess.run(["go", "build", "-o", program, PROGRAM], env=environment, check=True)
    yield program


def go_accepts(program: Path, told: Published) -> bool:
    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    asked: Mapping[str, Any] = {  # Any: JSON
        "vkey": str(LOG.verifier),
        "note": told.note.decode(),
        "witness": str(COSIGNER.verifier),
        "tiles": {path: text(data) for path, data in told.tiles.items()},
        "leaf": text(told.leaf),
        "index": told.index,
        "inclusion": [text(one) for one in told.inclusion],
        "earlier": told.earlier.decode(),
        "consistency": [text(one) for one in told.consistency],
    }
    done = subprocess.run([program], input=json.dumps(asked).encode(), capture_output=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("earlier", "size", "index"), [(1, 1, 0), (1, 2, 1), (255, 256, 255), (256, 257, 0), (300, 700, 400)]
)
def test_go_accepts_notes_cosignatures_tiles_and_both_proofs(
    go_program: Path, earlier: int, size: int, index: int
) -> None:
    assert go_accepts(go_program, published(earlier, size, index))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*TWINS, *MORE_TWINS])
def test_go_refuses_a_tampered_twin(go_program: Path, name: str) -> None:
    assert not go_accepts(go_program, (TWINS | MORE_TWINS)[name](GOOD))


# openssl: the cosignature over the bytes that the specification names, by hand.


def openssl_accepts(folder: Path, told: Published) -> bool:
    if shutil.which("openssl") is None:
        pytest.skip("not installed: openssl")
    body, lines = note.parts(told.note)
    raw = base64.b64decode(lines[-1].rpartition(" ")[2])
    seconds, signature = timed(raw[4:])
    public = Ed25519PublicKey.from_public_bytes(COSIGNER.verifier.public_key)
    (folder / "key").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (folder / "message").write_bytes(f"cosignature/v1\ntime {seconds}\n".encode() + body)
    (folder / "signature").write_bytes(signature)
    command = "openssl pkeyutl -verify -pubin -inkey key -rawin -in message -sigfile signature".split()
    return subprocess.run(command, cwd=folder, capture_output=True, timeout=60).returncode == 0


def test_openssl_accepts_the_cosignature_and_no_twin_of_it(tmp_path: Path) -> None:
    assert openssl_accepts(tmp_path, GOOD)
    for name in ("size", "root", "cosignature", "cosigned-later"):
        assert not openssl_accepts(tmp_path, (TWINS | MORE_TWINS)[name](GOOD)), name
