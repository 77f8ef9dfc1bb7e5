"""A time-stamping authority of one's own, by openssl: for the demo and the tests. It convinces nobody else.

P-256 throughout. Its tokens hold the signer's certificate alone, with the chain beside them: OpenSSL 3.0
writes several certificates in an order that strict readers refuse.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEARS = timedelta(days=3650)
CONFIG = """[tsa]
serial = {folder}/serial
signer_cert = {folder}/signer.crt
signer_key = {folder}/signer.private
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.2
digests = sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Authority:
    """command: reads a request from standard input and writes the response to standard output."""

    folder: Path

    @property
    def command(self) -> tuple[str, ...]:
        config = str(self.folder / "tsa.cnf")
        return ("openssl", "ts", "-reply", "-config", config, "-section", "tsa", "-queryfile", "/dev/stdin")

    @property
    def chain(self) -> Path:
        return self.folder / "chain.crt"

    @property
    def revocation(self) -> Path:
        return self.folder / "revoked.crl"


def begin(folder: Path, *, revoked_at: datetime | None = None) -> Authority:
    """Make the authority in a folder, if it is not there. revoked_at: its signer was revoked then."""
    authority = Authority(folder)
    if authority.revocation.exists():
        return authority
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    root_key, signer_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("demo time-stamping root", root_key, None, root_key)
    signer = _certificate("demo time-stamping authority", signer_key, root, root_key)
    private = signer_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "signer.private").touch(mode=0o600)
    (folder / "signer.private").write_bytes(private)
    (folder / "signer.crt").write_bytes(signer.public_bytes(serialization.Encoding.PEM))
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder.resolve()))
    authority.chain.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    authority.revocation.write_bytes(_revocations(root, root_key, signer, revoked_at))
    return authority


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    by: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """A root, or what a root issued for time-stamping alone."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins = datetime.now(UTC) - timedelta(hours=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + YEARS)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(is_root=issuer is None), critical=True)
    )
    if issuer is not None:
        only = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(only, critical=True)
    return builder.sign(by, hashes.SHA256())


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def _revocations(
    root: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    signer: x509.Certificate,
    revoked_at: datetime | None,
) -> bytes:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now)
        .next_update(now + YEARS)
    )
    if revoked_at is not None:
        one = x509.RevokedCertificateBuilder().serial_number(signer.serial_number)
        builder = builder.add_revoked_certificate(one.revocation_date(revoked_at).build())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
