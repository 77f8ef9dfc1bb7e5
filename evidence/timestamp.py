"""Time-stamps (RFC 3161): somebody else's word that the bytes of a checkpoint's note existed at an instant.

A token is over the SHA-512 of the note as it stood. It is checked as of its own time: with the certificates
up to a root, and the revocation lists, that were kept with it when it was made. So it can still be checked
when the authority is gone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha512
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPublicKeyTypes
from cryptography.x509.verification import VerificationError as ChainWrong
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from evidence.errors import ProofError

SHA512 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.3")
LARGEST_ANSWER = 65_536  # bytes


class Request(NamedTuple):
    """What an authority is sent. der: the TimeStampReq; nonce: which its answer must repeat."""

    der: bytes
    nonce: int | None


@dataclass(frozen=True)
class Token:
    """note: the bytes that were stamped; token: DER of the TimeStampResp.

    chain, revocation: PEM, the certificates up to the root and the revocation lists of that time.
    """

    note: bytes
    token: bytes
    chain: bytes
    revocation: bytes = b""


def request(note: bytes) -> Request:
    """A request over the SHA-512 of the bytes, for a token that names its signer's certificate."""
    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA512)
    asked = builder.cert_request(cert_request=True).build()
    return Request(asked.as_bytes(), asked.nonce)


def check_token(
    token: Token, *, nonce: int | None = None, roots: Collection[x509.Certificate] | None = None
) -> datetime:
    """The time that the token tells. Raises ProofError unless it holds.

    roots: those that are trusted; without them whatever root stands in the token's own chain, which then
    proves no more than that somebody with such a chain signed.
    """
    chain = certificates(token.chain)
    anchors = [one for one in chain if one.subject == one.issuer]
    if roots is not None:
        anchors = [one for one in anchors if one in roots]
    if not anchors:
        raise ProofError("a time-stamp without a root that is trusted")
    answer = _answer(token.token)
    _verify(answer, token.note, chain, anchors, nonce)
    at = answer.tst_info.gen_time
    involved = [*chain, *map(x509.load_der_x509_certificate, answer.signed_data.certificates)]
    _refuse_revoked(involved, revocation_lists(token.revocation), at)
    return at


def certificates(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises ProofError."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise ProofError("no certificates where a chain should be") from None


def revocation_lists(pem: bytes) -> list[x509.CertificateRevocationList]:
    """The revocation lists of a PEM file, which may be empty. Raises ProofError."""
    end = b"-----END X509 CRL-----"
    try:
        return [x509.load_pem_x509_crl(one + end) for one in pem.split(end)[:-1]]
    except ValueError:
        raise ProofError("a revocation list that does not read") from None


def _answer(data: bytes) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(data)
        if answer.tst_info.message_imprint.hash_algorithm != SHA512:
            raise ProofError("a time-stamp over another hash than SHA-512")
        return answer
    except ValueError:
        raise ProofError("a time-stamp that does not read, or that the authority did not grant") from None


def _verify(
    answer: TimeStampResponse,
    note: bytes,
    chain: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    nonce: int | None,
) -> None:
    between = [one for one in chain if one.subject != one.issuer]
    try:
        _demand_issuers(between, [*between, *anchors])
        verifier = VerifierBuilder(roots=list(anchors), intermediates=between, nonce=nonce).build()
        verifier.verify(answer, sha512(note).digest())
    except (VerificationError, ChainWrong, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise ProofError("a time-stamp that does not hold") from None


def _demand_issuers(between: Iterable[x509.Certificate], issuers: Sequence[x509.Certificate]) -> None:
    """Each certificate between signer and root was issued by another of them: it is not trusted by itself."""
    for one in between:
        issuer = next((by for by in issuers if by.subject == one.issuer), None)
        if issuer is None:
            raise ProofError("a chain with a gap")
        one.verify_directly_issued_by(issuer)


def _refuse_revoked(
    involved: Sequence[x509.Certificate], lists: Sequence[x509.CertificateRevocationList], at: datetime
) -> None:
    """Raises ProofError for a certificate that was revoked by then."""
    for one in lists:
        issuers = [by.public_key() for by in involved if by.subject == one.issuer]
        if not any(_is_signed(one, by) for by in issuers):
            raise ProofError("a revocation list that nobody in the chain signed")
        for certificate in involved:
            found = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if certificate.issuer == one.issuer and found and found.revocation_date_utc <= at:
                raise ProofError("a time-stamp by a certificate that was revoked")


def _is_signed(one: x509.CertificateRevocationList, by: object) -> bool:
    try:
        return one.is_signature_valid(_issuer_key(by))
    except TypeError:
        return False


def _issuer_key(key: object) -> CertificateIssuerPublicKeyTypes:
    return key  # type: ignore[return-value]  # of another kind it cannot have signed: TypeError
