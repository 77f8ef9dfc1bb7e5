"""What an operator may set about uploads."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class UploadRules:
    """scanner: its command, empty for none; kept_for: how long an upload is kept that no entry names."""

    scanner: tuple[str, ...] = ()
    scanner_timeout_s: float = 60
    kept_for: timedelta = timedelta(hours=24)


USUAL = UploadRules()
