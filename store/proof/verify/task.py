"""What is to be verified, and by which keys."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.x509 import Certificate

from evidence.note import Verifier
from store.key_place import KeysAt
from store.proof.second_place import SecondPlace
from store.proof.verify.tree import NOTHING_HELD, Held


@dataclass(frozen=True)
class Task:
    """What is verified. dsn: as lifelong_publisher. keys: the folder of the key store; None: no content.

    progress_file: where what is done is kept; None: nowhere. jobs: processes. time_roots: of time-stamping
    authorities that are trusted; None: whatever the tokens bring along. is_whole: with the rows beside the
    events, of streams and claims.
    """

    dsn: str = field(repr=False)
    log_no: int
    origin: str
    verifiers: Sequence[Verifier]
    keys: KeysAt | None = None
    witnesses: Sequence[Verifier] = ()
    place: SecondPlace | None = None
    held: Held = NOTHING_HELD
    jobs: int = 1
    progress_file: Path | None = None
    time_roots: Collection[Certificate] | None = None
    is_whole: bool = True
