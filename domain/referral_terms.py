"""How long a referral or a request for consultation may let its receiver read: `data/referral_terms.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Final


@dataclass(frozen=True)
class Term:
    """The longest term, in days after the day on which it is issued, and where that stands."""

    days: int
    source: str

    def latest_end(self, issued_on: date) -> date:
        """The last day there can be, which still counts."""
        return issued_on + timedelta(days=self.days)


_TOLD = tomllib.loads(files("domain").joinpath("data", "referral_terms.toml").read_text(encoding="utf-8"))

EDITION: Final[str] = _TOLD["edition"]
TERMS: Final[Mapping[str, Term]] = {
    kind: Term(**_TOLD[kind]) for kind in ("referrals", "consultations")
}  # by collection
