"""`lifelong audit unusual`: looks for unusual accesses, and puts what it finds on the auditors' work list.

Names and households are read from the records while it runs, and are in no finding. Running it again over the
same days adds nothing but what has become certain since: whether care followed is known only days later.
"""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from domain.application import utc_now
from domain.time import CHINA
from domain.unusual import DETECTORS
from projections import generations
from projections.generations import Db
from projections.look_queries import of_period
from projections.views import looks as looks_view
from store.settings import Settings
from tools.opening import open_records, operator
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed, result, say
from tools.projections_opening import open_place

MOST_DAYS = 366  # of one run, which takes them day by day
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
BEFORE = timedelta(minutes=DETECTORS["burst"].parameters["minutes"])  # so that no burst is cut at midnight


def run(settings: Settings, first: str, last: str, *, as_json: bool) -> int:
    """Exit status 1 if something new was found. Raises CommandFailed."""
    days, accesses, found = _days(first, last), 0, list[UUID]()
    with open_place(settings) as (place, db), open_records(settings) as opened:
        behind = opened.log.position() - _position(db, place.log_no)
        for begins in days:
            looks = list(of_period(db, place.log_no, begins - BEFORE, begins + DAY - INSTANT))
            accesses += sum(look.at >= begins for look in looks)
            found += opened.records.find_unusual(operator(), looks, utc_now())
    if behind > 0:
        say(f"the view of accesses is {behind} positions behind the log: run this again for what they tell")
    told = {"accesses": accesses, "found": [str(one) for one in found], "behind": behind}
    text = f"{accesses} accesses looked at, {len(found)} new findings wait for a review"
    result(told, text, as_json=as_json)
    return FINDING if found else OK


def _position(db: Db, log_no: int) -> int:
    """How far the view is folded. Raises CommandFailed."""
    live = generations.live(db, looks_view.PROJECTION, log_no)
    if live is None:
        raise CommandFailed("the view of accesses is being built; try again later", UNAVAILABLE)
    return live.position


def _days(first: str, last: str) -> list[datetime]:
    """When each civil day in China begins, from the first to the last."""
    try:
        begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise CommandFailed("--from, --to: expected days such as 2026-06-30", USAGE) from None
    if not timedelta(0) <= ends - begins < timedelta(days=MOST_DAYS):
        raise CommandFailed(f"--to: expected a day, less than {MOST_DAYS} days after --from", USAGE)
    midnight = datetime.combine(begins, time(), CHINA)
    return [midnight + n * DAY for n in range((ends - begins).days + 1)]
