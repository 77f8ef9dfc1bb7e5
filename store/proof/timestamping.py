"""Time-stamps on what was published: asked of an authority, checked at once, kept with what checks them.

Behind the publication and never in its way, every hour and before something is exported.
"""

import logging
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx

from evidence import timestamp
from evidence.timestamp import LARGEST_ANSWER, Token
from store import connect
from store.connect import Connection
from store.proof import checkpoints
from store.proof.asking import post
from store.proof.checkpoints import Row
from store.proof.rows import over
from store.proof.serving import PublishedLog
from store.proof.working import Working

MOST_SAID = 200  # characters of what a command says of its failure
TIMEOUT_S = 30.0
EVERY_S = 3600.0
POLL_S = 1.0
AGAIN_S = 60.0
HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}

log = logging.getLogger(__name__)


class AuthorityAway(Exception):
    """The authority did not answer, or not with a time-stamp."""


@dataclass(frozen=True)
class Authority:
    """Whom we ask: an address, or a command that reads a request and writes the response.

    chain, revocation: PEM files, read at each time-stamp: whoever keeps them up to date need not tell us.
    """

    address: str | None
    command: tuple[str, ...]
    chain: Path
    revocation: Path | None = None
    every_s: float = EVERY_S

    @property
    def name(self) -> str:
        """As it is kept with the token: nothing of our folders."""
        return self.address or f"command {Path(self.command[0]).name}"

    def ask(self, request: bytes) -> bytes:
        """The response. Raises AuthorityAway."""
        return _posted(self.address, request) if self.address else _answered(self.command, request)


def _posted(address: str, request: bytes) -> bytes:
    try:
        status, said = post(address, request, timeout_s=TIMEOUT_S, most=LARGEST_ANSWER, headers=HEADERS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise AuthorityAway(type(error).__name__) from None
    if status != 200:
        raise AuthorityAway(f"status {status}")
    return said


def _answered(command: tuple[str, ...], request: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=TIMEOUT_S, check=True)  # noqa: S603  # the operator's own setting
    except subprocess.CalledProcessError as error:
        raise AuthorityAway(_last_words(error)) from None
    except (OSError, subprocess.SubprocessError) as error:
        raise AuthorityAway(type(error).__name__) from None
    return done.stdout


def _last_words(error: subprocess.CalledProcessError) -> str:
    """Why a command failed, as it says itself: it was told a hash, and nothing else that it could repeat."""
    lines = error.stderr.decode("utf-8", "replace").split("\n")
    last = next((one.strip() for one in reversed(lines) if one.strip()), "")
    return f"status {error.returncode}" + (f": {last[:MOST_SAID]}" if last else "")


def stamp(db: Connection, log_no: int, row: Row, authority: Authority) -> Token:
    """A time-stamp on a checkpoint as it stands, cosignatures included, kept if it holds.

    Raises AuthorityAway, ProofError for one that does not hold, OSError for a file that cannot be read.
    """
    note = PublishedLog(over(db), log_no).cosigned(row)
    asked = timestamp.request(note)
    revocation = authority.revocation.read_bytes() if authority.revocation else b""
    token = Token(note, authority.ask(asked.der), authority.chain.read_bytes(), revocation)
    timestamp.check_token(token, nonce=asked.nonce, roots=timestamp.certificates(token.chain))
    db.execute(
        """INSERT INTO proof.token (log_no, size, authority, note, token, chain, revocation)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        [log_no, row.size, authority.name, token.note, token.token, token.chain, token.revocation],
    )
    return token


def stamp_newest(db: Connection, log_no: int, authority: Authority) -> Row | None:
    """See to it that the newest checkpoint is time-stamped; the checkpoint, or None before the first."""
    newest = checkpoints.published(over(db), log_no)
    if newest is not None and not _is_stamped(db, log_no, newest.size, authority):
        stamp(db, log_no, newest, authority)
    return newest


def _is_stamped(db: Connection, log_no: int, size: int, authority: Authority) -> bool:
    found = db.execute(
        "SELECT FROM proof.token WHERE log_no = %s AND size = %s AND authority = %s",
        [log_no, size, authority.name],
    )
    return found.rowcount > 0


def is_due(db: Connection, log_no: int, authority: Authority) -> bool:
    """Whether the authority's last token is older than it should be."""
    found = db.execute(
        """SELECT FROM proof.token WHERE log_no = %s AND authority = %s
           AND at > now() - make_interval(secs => %s) LIMIT 1""",
        [log_no, authority.name, authority.every_s],
    )
    return found.rowcount == 0


class StampingThread(Working):
    """Has the newest checkpoint time-stamped whenever that is due, inside `with`."""

    def __init__(self, dsn: str, log_no: int, authority: Authority) -> None:
        super().__init__("time-stamping")
        self._dsn = dsn
        self._log_no = log_no
        self._authority = authority

    def _run(self) -> None:
        pause_s = min(POLL_S, self._authority.every_s)
        while not self._stopping.wait(pause_s):
            try:
                with closing(connect.plain(self._dsn)) as db:
                    self._stamp(db)
                pause_s = min(AGAIN_S, self._authority.every_s)
            except Exception as error:  # whatever broke: told, and tried again; nothing waits for it
                trouble = error if isinstance(error, AuthorityAway) else type(error).__name__
                log.error("time-stamping log %s: %s", self._log_no, trouble)
                pause_s = AGAIN_S

    def _stamp(self, db: Connection) -> None:
        if is_due(db, self._log_no, self._authority):
            stamp_newest(db, self._log_no, self._authority)
