"""Time-stamps: of an authority of ours and of somebody else's, and everything that makes one worthless."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import ProofError
from evidence.timestamp import Token, certificates, check_token, request, revocation_lists
from tests.evidence.published import published
from tests.testdata import EVIDENCE, VECTORS, needs_testdata
from tools import authority
from tools.authority import Authority

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="not installed: openssl")

# Of another authority, over these bytes (tests/vectors/SOURCES.md).
HELLO, AT = b"hello", datetime(2024, 10, 8, 15, 40, 32, tzinfo=UTC)
FOLDER = VECTORS / "rfc3161"
FOREIGN = Token(HELLO, (FOLDER / "response.tsr").read_bytes(), (FOLDER / "chain.txt").read_bytes())
NOTE = published().note


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority.begin(tmp_path_factory.mktemp("tsa"))


def stamped(by: Authority, note: bytes = NOTE) -> Token:
    asked = request(note)
    answer = subprocess.run(by.command, input=asked.der, capture_output=True, check=True).stdout
    token = Token(note, answer, by.chain.read_bytes(), by.revocation.read_bytes())
    check_token(token, nonce=asked.nonce)
    return token


def refused(token: Token, **told: object) -> bool:
    try:
        check_token(token, **told)  # type: ignore[arg-type]  # as given
    except ProofError:
        return True
    return False


def test_another_authoritys_token_tells_its_time() -> None:
    assert check_token(FOREIGN) == AT
    assert check_token(FOREIGN, roots=certificates(FOREIGN.chain)) == AT


def test_certificates_that_somebody_put_in_beside_change_nothing() -> None:
    """The signer is named under the signature, so others in the token are passed over."""
    injected = Token(HELLO, (FOLDER / "response-injected-certs.tsr").read_bytes(), FOREIGN.chain)

    assert check_token(injected) == AT
    alone = Token(HELLO, injected.token, _root_alone(injected))
    assert refused(alone) or check_token(alone) == AT


def _root_alone(token: Token) -> bytes:
    roots = [one for one in certificates(token.chain) if one.subject == one.issuer]
    return b"".join(one.public_bytes(Encoding.PEM) for one in roots)


@needs_testdata
def test_the_copies_here_are_the_published_ones() -> None:
    for name in ("request.der", "response.tsr", "response-injected-certs.tsr"):
        assert (EVIDENCE / "rfc3161" / name).read_bytes() == (FOLDER / name).read_bytes()


@needs_openssl
def test_a_token_of_ours_holds_here_and_for_openssl(ours: Authority, tmp_path: Path) -> None:
    token = stamped(ours)
    assert abs(check_token(token) - datetime.now(UTC)) < timedelta(minutes=5)
    (tmp_path / "note").write_bytes(token.note)
    (tmp_path / "token").write_bytes(token.token)
    command = ["openssl", "ts", "-verify", "-data", "note", "-in", "token", "-CAfile", str(ours.chain)]

    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "note").write_bytes(token.note + b"x")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


@needs_openssl
def test_openssl_reads_our_request(tmp_path: Path) -> None:
    (tmp_path / "request").write_bytes(request(NOTE).der)
    command = ["openssl", "ts", "-query", "-in", "request", "-text"]

    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert "sha512" in told and "Certificate required: yes" in told and "Nonce: 0x" in told


@needs_openssl
@settings(max_examples=60)
@given(data=st.data())
def test_no_byte_of_the_note_or_the_token_can_change(ours: Authority, data: st.DataObject) -> None:
    token = _kept(ours)
    at, change = data.draw(st.integers(0, len(token.token) - 1)), data.draw(st.integers(1, 255))
    other = bytes([*token.token[:at], token.token[at] ^ change, *token.token[at + 1 :]])
    note_at = data.draw(st.integers(0, len(NOTE) - 1))
    note = bytes([*NOTE[:note_at], NOTE[note_at] ^ change, *NOTE[note_at + 1 :]])

    assert refused(Token(note, token.token, token.chain, token.revocation))
    changed = Token(NOTE, other, token.chain, token.revocation)
    assert refused(changed) or check_token(changed) == check_token(token)  # in words that nobody signed


_made: dict[Path, Token] = {}


def _kept(by: Authority) -> Token:
    return _made.setdefault(by.folder, stamped(by))


@needs_openssl
def test_a_token_of_another_authority_is_refused(ours: Authority, tmp_path: Path) -> None:
    """Of the same name, with other keys: somebody who made a chain of their own."""
    other, token = authority.begin(tmp_path / "other"), stamped(ours)

    assert refused(Token(NOTE, token.token, other.chain.read_bytes()))
    theirs = stamped(other)
    assert refused(theirs, roots=certificates(ours.chain.read_bytes()))
    mixed = other.chain.read_bytes() + ours.chain.read_bytes()
    assert refused(Token(NOTE, theirs.token, mixed), roots=certificates(ours.chain.read_bytes()))


@needs_openssl
def test_another_request_is_not_answered_by_it(ours: Authority) -> None:
    token = stamped(ours)

    assert refused(token, nonce=7)


@needs_openssl
def test_a_signer_that_was_revoked_before_is_refused_and_after_is_not(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    before = authority.begin(tmp_path / "before", revoked_at=now - timedelta(days=1))
    after = authority.begin(tmp_path / "after", revoked_at=now + timedelta(days=1))

    with pytest.raises(ProofError, match="revoked"):
        stamped(before)
    assert stamped(after)


@needs_openssl
def test_a_revocation_list_of_somebody_else_is_refused(ours: Authority, tmp_path: Path) -> None:
    token, other = stamped(ours), authority.begin(tmp_path / "other")

    assert refused(Token(NOTE, token.token, token.chain, other.revocation.read_bytes()))


@needs_openssl
def test_a_request_that_was_not_granted_is_no_token(ours: Authority, tmp_path: Path) -> None:
    """Over a hash that the authority does not stamp."""
    query = ["openssl", "ts", "-query", "-digest", "00" * 32, "-sha256"]
    asked = subprocess.run(query, capture_output=True, check=True).stdout
    answer = subprocess.run(ours.command, input=asked, capture_output=True).stdout

    assert refused(Token(NOTE, answer, ours.chain.read_bytes()))


@pytest.mark.parametrize(
    "token",
    [
        Token(HELLO, b"", FOREIGN.chain),
        Token(HELLO, b"\x30\x03\x02\x01\x00", FOREIGN.chain),
        Token(HELLO, FOREIGN.token, b""),
        Token(HELLO, FOREIGN.token, b"nothing"),
        Token(HELLO, FOREIGN.token, FOREIGN.chain, b"x-----END X509 CRL-----"),
        Token(b"hello\n", FOREIGN.token, FOREIGN.chain),
    ],
)
def test_what_is_not_a_whole_token_is_refused(token: Token) -> None:
    assert refused(token)


def test_a_chain_without_a_root_or_with_a_gap_is_refused() -> None:
    chain = certificates(FOREIGN.chain)
    between = [one for one in chain if one.subject != one.issuer]

    assert between and refused(Token(HELLO, FOREIGN.token, _pem(between)))
    assert refused(FOREIGN, roots=[])


def _pem(chain: list[x509.Certificate]) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in chain)


def test_no_revocation_lists_are_none() -> None:
    assert revocation_lists(b"") == []


@needs_openssl
def test_a_token_over_another_hash_than_we_asked_for_is_refused(tmp_path: Path) -> None:
    by = authority.begin(tmp_path / "tsa")
    config = by.folder / "tsa.cnf"
    config.write_text(config.read_text().replace("digests = sha512", "digests = sha256, sha512"))
    (tmp_path / "note").write_bytes(NOTE)
    query = ["openssl", "ts", "-query", "-data", str(tmp_path / "note"), "-sha256", "-cert"]
    asked = subprocess.run(query, capture_output=True, check=True).stdout
    answer = subprocess.run(by.command, input=asked, capture_output=True, check=True).stdout

    with pytest.raises(ProofError, match="SHA-512"):
        check_token(Token(NOTE, answer, by.chain.read_bytes()))


def test_a_certificate_between_that_no_root_here_issued_is_not_trusted(tmp_path: Path) -> None:
    between = [one for one in certificates(FOREIGN.chain) if one.subject != one.issuer]
    other = authority.begin(tmp_path / "other")

    assert refused(Token(HELLO, FOREIGN.token, _pem(between) + other.chain.read_bytes()))


@needs_openssl
def test_a_namesake_that_cannot_sign_lists_vouches_for_none(ours: Authority, tmp_path: Path) -> None:
    """A certificate of the issuer's name whose key is for another use altogether."""
    token, other = stamped(ours), authority.begin(tmp_path / "other")
    (root,) = certificates(token.chain)
    namesake = (
        x509.CertificateBuilder()
        .subject_name(root.subject)
        .issuer_name(root.subject)
        .public_key(X25519PrivateKey.generate().public_key())
        .serial_number(1)
        .not_valid_before(root.not_valid_before_utc)
        .not_valid_after(root.not_valid_after_utc)
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    )
    chain = token.chain + namesake.public_bytes(Encoding.PEM)

    assert refused(Token(NOTE, token.token, chain, other.revocation.read_bytes()))
