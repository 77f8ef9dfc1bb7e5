"""How long somebody may be let in, and by when an emergency is looked at again: `data/access_terms.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files

from domain.work_days import working_days_after


@dataclass(frozen=True)
class Term:
    """The longest term: so many years from its first day, which is so many days ahead at most."""

    years: int
    begins_within_days: int
    source: str

    def latest_begin(self, asked_on: date) -> date:
        return asked_on + timedelta(days=self.begins_within_days)

    def latest_end(self, begins: date) -> date:
        """The day of the same name, years later; of 29 February the day before March."""
        year = begins.year + self.years
        try:
            return begins.replace(year=year)
        except ValueError:
            return begins.replace(year=year, day=28)


_TOLD = tomllib.loads(files("domain").joinpath("data", "access_terms.toml").read_text(encoding="utf-8"))
APPLICATION, DISCLOSURE = Term(**_TOLD["application"]), Term(**_TOLD["disclosure"])
REVIEW_WITHIN_DAYS = int(_TOLD["emergency"]["review_within_working_days"])  # working days


def review_due(opened_on: date) -> date:
    """The last day on which an emergency that was opened on a day (in China) is reviewed in time."""
    return working_days_after(opened_on, REVIEW_WITHIN_DAYS)
