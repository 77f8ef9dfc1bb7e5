"""What an operator may set, read once at the edge (`api/app.py`, `tools/cli.py`) and passed in below it."""

import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from domain.record_number import SchemeChoice, choices
from evidence import trust
from evidence.errors import ProofError
from evidence.timestamp import certificates
from store.blobs_rules import USUAL, UploadRules
from store.key_place import KeyPlace
from store.proof.second_place import SecondPlace
from store.proof.timestamping import Authority

DEFAULT_DATA = Path("data")
DEFAULT_ORIGIN = "lifelong.example/110101/1"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
DEFAULT_SCANNER_TIMEOUT_S = 60
DEFAULT_UPLOAD_HOURS = 24
DEFAULT_REFUSED_TOKENS = 60
DEFAULT_TSA_S = 3600  # between two time-stamps
DEFAULT_PUBLISH_S = 1  # between two checkpoints at least; the promised maximum merge delay is 60 s
LARGEST_PORT = 65_535

# The origin is a line of every checkpoint and part of its key name: no white space and no plus sign in it.
ORIGIN = re.compile(r"[^\s+]+\Z")


class SettingsError(ValueError):
    """A setting is wrong. The message names the variable and never repeats its value, which may be secret."""

    def __init__(self, variable: str, expected: str) -> None:
        super().__init__(f"{variable}: {expected}")
        self.variable = variable


@dataclass(frozen=True)
class Settings:
    """One deployment. Without a DSN the embedded server under `data` is used."""

    dsn: str | None = field(default=None, repr=False)  # may hold a password
    data: Path = DEFAULT_DATA  # embedded server, keys and spool
    origin: str = DEFAULT_ORIGIN
    log_no: int = 1
    oidc_issuer: str | None = None
    oidc_jwks: str | None = None  # address or file; None: the issuer is asked where its keys are
    oidc_audience: str | None = None
    refused_tokens: int = DEFAULT_REFUSED_TOKENS  # a minute, of one address or subject, before 429
    trusted_proxies: int = 0  # in front of the API, whose X-Forwarded-For is believed
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    pg_bin: Path | None = None  # folder that holds `postgres` and `initdb`
    keys_dsn: str | None = field(default=None, repr=False)  # of the key store's own database; None: a file
    proof: Path | None = None  # the second place of the last checkpoint; None: a folder under `data`
    witnesses: Path | None = None  # a policy file (C2SP tlog-policy) with the witnesses' addresses
    tsa: Authority | None = None  # whom we ask for time-stamps
    publish: bool = True  # whether `serve` and `demo` publish checkpoints, in the process beside
    publish_every_s: int = DEFAULT_PUBLISH_S
    projections: bool = True  # whether `serve` and `demo` keep the views, in a process beside
    number_schemes: tuple[SchemeChoice, ...] = ()  # areas that give out record numbers under another scheme
    uploads: UploadRules = USUAL
    fonts: Path | None = None  # folder of fonts for reports as PDF, beside those of the system

    @property
    def keys(self) -> KeyPlace:
        """Where the keys lie."""
        return KeyPlace(self.data / "keys", self.keys_dsn)

    @property
    def second_place(self) -> SecondPlace:
        """Where the last published checkpoint is kept outside of the database."""
        return SecondPlace(self.proof or self.data / "proof", self.log_no)

    @property
    def measured_by(self) -> SecondPlace | None:
        """What whoever serves measures the database by: None where only another machine has it."""
        place = self.second_place
        return place if self.publish or place.path.exists() else None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, for_demo: bool = False) -> "Settings":
        """Read the LIFELONG_* variables; an empty one counts as not set. Raises SettingsError.

        With a DSN the origin must be chosen: the default would be sealed into every envelope of somebody's
        real log, for ever. for_demo: made-up records may lie under the default wherever they are kept.
        """
        read = _Reader(environment)
        dsn = read.dsn("LIFELONG_DSN")
        if dsn and not for_demo and read.text("LIFELONG_ORIGIN") is None:
            raise SettingsError(
                "LIFELONG_ORIGIN", "expected with LIFELONG_DSN: the log's name, which can never be changed"
            )
        return cls(
            dsn=dsn,
            data=Path(read.text("LIFELONG_DATA") or DEFAULT_DATA),
            origin=read.origin("LIFELONG_ORIGIN"),
            log_no=read.number("LIFELONG_LOG_NO", default=1, largest=2**31 - 1),
            oidc_issuer=read.text("LIFELONG_OIDC_ISSUER"),
            oidc_jwks=read.text("LIFELONG_OIDC_JWKS"),
            oidc_audience=read.text("LIFELONG_OIDC_AUDIENCE"),
            refused_tokens=read.number(
                "LIFELONG_REFUSED_TOKENS", default=DEFAULT_REFUSED_TOKENS, largest=1_000_000
            ),
            trusted_proxies=read.number("LIFELONG_TRUSTED_PROXIES", default=0, largest=10, smallest=0),
            host=read.text("LIFELONG_HOST") or DEFAULT_HOST,
            port=read.number("LIFELONG_PORT", default=DEFAULT_PORT, largest=LARGEST_PORT),
            pg_bin=read.binaries("LIFELONG_PG_BIN"),
            keys_dsn=read.dsn("LIFELONG_KEYS_DSN"),
            proof=read.path("LIFELONG_PROOF"),
            witnesses=read.policy("LIFELONG_WITNESSES"),
            tsa=read.authority("LIFELONG_TSA"),
            publish=read.switch("LIFELONG_PUBLISH", default=True),
            publish_every_s=read.number("LIFELONG_PUBLISH_EVERY", default=DEFAULT_PUBLISH_S, largest=60),
            projections=read.switch("LIFELONG_PROJECTIONS", default=True),
            number_schemes=read.schemes("LIFELONG_NUMBER_SCHEME"),
            fonts=read.folder("LIFELONG_FONTS"),
            uploads=UploadRules(
                scanner=read.command("LIFELONG_SCANNER"),
                scanner_timeout_s=read.number(
                    "LIFELONG_SCANNER_TIMEOUT", default=DEFAULT_SCANNER_TIMEOUT_S, largest=3600
                ),
                kept_for=timedelta(
                    hours=read.number("LIFELONG_UPLOAD_HOURS", default=DEFAULT_UPLOAD_HOURS, largest=8760)
                ),
            ),
        )


class _Reader:
    """Reads one variable at a time, and names it when its value is wrong."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, variable: str) -> str | None:
        return self._environment.get(variable, "").strip() or None

    def number(self, variable: str, *, default: int, largest: int, smallest: int = 1) -> int:
        text = self.text(variable)
        if text is None:
            return default
        if not re.fullmatch(r"[0-9]{1,10}", text) or not smallest <= int(text) <= largest:
            raise SettingsError(variable, f"expected a whole number from {smallest} to {largest}")
        return int(text)

    def origin(self, variable: str) -> str:
        text = self.text(variable) or DEFAULT_ORIGIN
        if not ORIGIN.match(text):
            raise SettingsError(variable, "expected a name without white space or plus sign")
        return text

    def dsn(self, variable: str) -> str | None:
        text = self.text(variable)
        if text is None:
            return None
        try:
            conninfo_to_dict(text)
        except ProgrammingError:
            # Not chained: libpq's message quotes the connection string, password included.
            raise SettingsError(variable, "expected a PostgreSQL connection string or address") from None
        return text

    def switch(self, variable: str, *, default: bool) -> bool:
        text = self.text(variable)
        if text not in (None, "on", "off"):
            raise SettingsError(variable, "expected on or off")
        return default if text is None else text == "on"

    def schemes(self, variable: str) -> tuple[SchemeChoice, ...]:
        text = self.text(variable)
        try:
            return choices(text) if text else ()
        except ValueError as wrong:
            raise SettingsError(variable, str(wrong)) from None

    def path(self, variable: str) -> Path | None:
        text = self.text(variable)
        return Path(text) if text else None

    def policy(self, variable: str) -> Path | None:
        """A policy of witnesses: one that cannot be read must not stop the publication unseen, later."""
        path = self.path(variable)
        try:
            if path is not None:
                trust.parse(path.read_bytes())
        except OSError:
            raise SettingsError(variable, "expected a policy file (C2SP tlog-policy) to read") from None
        except ProofError as wrong:
            raise SettingsError(variable, f"expected a policy (C2SP tlog-policy): {wrong}") from None
        return path

    def chain(self, variable: str) -> Path:
        """A file of certificates, demanded and read at once: `verify` trusts what stands in it."""
        path = self.path(variable)
        try:
            if path is None:
                raise FileNotFoundError
            certificates(path.read_bytes())
        except (OSError, ProofError):
            raise SettingsError(variable, "expected the authority's certificates, a PEM file") from None
        return path

    def file(self, variable: str) -> Path | None:
        path = self.path(variable)  # kept up to date by somebody: what is in it is read when it is needed
        if path is not None and not path.is_file():
            raise SettingsError(variable, "expected a file that is there")
        return path

    def command(self, variable: str) -> tuple[str, ...]:
        """A command and its arguments, as a shell would split them; without one there is none."""
        try:
            words = tuple(shlex.split(self.text(variable) or ""))
        except ValueError:
            raise SettingsError(variable, "expected a command whose quotes are closed") from None
        if words and shutil.which(words[0]) is None:
            raise SettingsError(variable, "expected a command that is installed")
        return words

    def authority(self, variable: str) -> Authority | None:
        """An address, or a command, with the chain that its tokens are checked by."""
        text = self.text(variable)
        if text is None:
            return None
        is_address = text.startswith(("https://", "http://"))
        return Authority(
            text if is_address else None,
            () if is_address else self.command(variable),
            self.chain(f"{variable}_CHAIN"),
            self.file(f"{variable}_CRL"),
            self.number(f"{variable}_EVERY", default=DEFAULT_TSA_S, largest=86_400),
        )

    def folder(self, variable: str) -> Path | None:
        path = self.path(variable)
        if path is not None and not path.is_dir():
            raise SettingsError(variable, "expected a folder that is there")
        return path

    def binaries(self, variable: str) -> Path | None:
        text = self.text(variable)
        if text is None:
            return None
        if not all((Path(text) / name).is_file() for name in ("postgres", "initdb")):
            raise SettingsError(variable, "expected a folder that holds postgres and initdb")
        return Path(text)
