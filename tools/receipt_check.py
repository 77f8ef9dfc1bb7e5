"""`lifelong evidence check-receipt`: a receipt held against the log, over HTTP or in the database."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from evidence.errors import ProofError
from evidence.honoured import Checked, check
from evidence.note import Verifier
from evidence.receipt import Receipt, verify_receipt
from evidence.tlog_proof import TlogProof
from store.connect import Reads
from store.database import READER, open_database
from store.keys import open_key_store
from store.proof.keys import checkpoint_verifiers
from store.proof.serving import PublishedLog
from store.settings import Settings
from store.signing import receipt_verifiers
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed, result

TIMEOUT_S = 30
SAID = {
    "in-the-log": "in the log: the event stands in the public tree of {size} events",
    "not-yet": "not yet: due by {due}",
    "overdue": "OVERDUE since {due}: the receipt convicts the operator",
    "another-event": "ANOTHER EVENT has its place in the tree of {size}: the receipt convicts the operator",
}


@dataclass(frozen=True)
class Asked:
    """receipt: the file. api: where to ask; None: the database. keys: a file; None: as the log tells them."""

    receipt: Path
    api: str | None
    log_no: int
    keys: Path | None


@dataclass(frozen=True)
class Answer:
    """What the log says: its keys, and the proof for a position, where it has one."""

    keys: list[Verifier]
    proof: TlogProof | None


def run(settings: Callable[[], Settings] | None, asked: Asked, *, as_json: bool) -> int:
    """Exit status: 0 in the log, 3 not yet, 1 if the receipt convicts the log. Raises CommandFailed."""
    text = _text(asked.receipt)
    try:
        position = int(text.split(b"\n")[3])
        answer = _over_http(asked, position) if settings is None else _in_database(settings(), position)
        keys = _keys(asked.keys.read_text()) if asked.keys else answer.keys
        receipt = verify_receipt(text=text, verifiers=[one for one in keys if one.name.endswith("/receipt")])
        checked = check(receipt, answer.proof, keys, datetime.now(UTC))
    except (ProofError, ValueError, IndexError) as wrong:
        raise CommandFailed(f"{asked.receipt}: {wrong}", FINDING) from None
    _tell(receipt, checked, as_json=as_json)
    if checked.convicts:
        return FINDING
    return OK if checked.outcome == "in-the-log" else UNAVAILABLE


def _tell(receipt: Receipt, checked: Checked, *, as_json: bool) -> None:
    due = checked.due.isoformat(timespec="seconds")
    told = {
        "outcome": checked.outcome,
        "due": due,
        "tree_size": checked.size,
        "stream": receipt.stream,
        "version": receipt.version,
        "position": receipt.position,
    }
    result(told, SAID[checked.outcome].format(size=checked.size, due=due), as_json=as_json)


def _text(place: Path) -> bytes:
    """The receipt; of an answer of the API the one that it holds."""
    try:
        data = place.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{place}: {error.strerror}", USAGE) from None
    if data.lstrip().startswith(b"{"):
        try:
            return str(json.loads(data)["receipt"]).encode()
        except (ValueError, KeyError):
            raise CommandFailed(f"{place}: no receipt is in it", USAGE) from None
    return data


def _keys(text: str) -> list[Verifier]:
    return [Verifier.parse(line) for line in text.splitlines() if line.strip()]


def _over_http(asked: Asked, position: int) -> Answer:
    base = f"{asked.api}/v1/logs/{asked.log_no}"
    if not base.startswith(("http://", "https://")):
        raise CommandFailed("--api takes an address that begins with http:// or https://", USAGE)
    keys = _get(f"{base}/keys")
    proof = _get(f"{base}/proofs/{position}")
    if keys is None:
        raise CommandFailed(f"{asked.api} has no log {asked.log_no}", UNAVAILABLE)
    return Answer(_keys(keys.decode()), TlogProof.parse(proof) if proof else None)


def _get(address: str) -> bytes | None:
    """None for what is not there."""
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310  # http or https, as checked
            data: bytes = answer.read()
            return data
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 404:
                return None
            raise CommandFailed(f"{address}: {error.code}", UNAVAILABLE) from None
    except OSError as error:
        raise CommandFailed(f"{address}: {error}", UNAVAILABLE) from None


def _in_database(settings: Settings, position: int) -> Answer:
    with (
        open_database(settings) as database,
        closing(open_key_store(settings.keys, begin=False)) as store,
        closing(Reads(database.dsn(READER), 1)) as reads,
    ):
        keys = checkpoint_verifiers(settings.origin, store)
        keys += receipt_verifiers(settings.origin, store)
        return Answer(keys, PublishedLog(reads.rows, settings.log_no).proof(position))
