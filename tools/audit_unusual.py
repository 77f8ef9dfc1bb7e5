"""`lifelong audit unusual`: looks for unusual accesses, and puts what it finds on the auditors' work list.

Names and households are read from the records while it runs, and are in no finding. Running it again over the
same days adds nothing but what has become certain since: whether care followed is known only days later.
"""

from datetime import date, datetime, time, timedelta

from domain.application import utc_now
from domain.time import CHINA
from domain.views import ViewNotReady
from projections.look_queries import of_period
from store.settings import Settings
from tools.opening import open_records, operator
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed, result
from tools.projections_opening import open_place

MOST_DAYS = 366  # of one run


def run(settings: Settings, first: str, last: str, *, as_json: bool) -> int:
    """Exit status 1 if something new was found. Raises CommandFailed."""
    since, until = _period(first, last)
    with open_place(settings) as (place, db), open_records(settings) as opened:
        try:
            looks = list(of_period(db, place.log_no, since, until))
        except ViewNotReady:
            raise CommandFailed("the view of accesses is being built; try again later", UNAVAILABLE) from None
        found = opened.records.find_unusual(operator(), looks, utc_now())
    told = {"accesses": len(looks), "found": [str(one) for one in found]}
    text = f"{len(looks)} accesses looked at, {len(found)} new findings wait for a review"
    result(told, text, as_json=as_json)
    return FINDING if found else OK


def _period(first: str, last: str) -> tuple[datetime, datetime]:
    """From the beginning of the first civil day in China to the end of the last."""
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise CommandFailed("--from, --to: expected days such as 2026-06-30", USAGE) from None
    if not timedelta(0) <= ends - begins <= timedelta(days=MOST_DAYS):
        raise CommandFailed(f"--to: expected a day up to {MOST_DAYS} days after --from", USAGE)
    midnight = datetime.combine(ends + timedelta(days=1), time(), CHINA)
    return datetime.combine(begins, time(), CHINA), midnight - timedelta(microseconds=1)
