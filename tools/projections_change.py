"""`lifelong projections retry`, `skip` and `drop`."""

from domain.log_commands import skip_event
from projections import generations, leader, tracking
from projections.generations import Db
from projections.projection import Projection
from projections.source import Place
from projections.tracking import Stopped
from store.settings import Settings
from tools.opening import open_records, operator
from tools.output import FINDING, UNAVAILABLE, CommandFailed, result
from tools.projections_opening import named, open_place


def retry(settings: Settings, name: str, *, as_json: bool) -> None:
    """Raises CommandFailed if neither the projection nor a build of it has stopped."""
    projection = named(name)
    with open_place(settings) as (place, db):
        stopped = _stopped(db, place, projection)
        tracking.retry(db, projection, place.log_no)
    told = {"projection": name, "position": stopped.position}
    result(told, f"{name} tries position {stopped.position} again", as_json=as_json)


def skip(settings: Settings, name: str, reason: str, *, as_json: bool) -> None:
    """Recorded in the log before it takes effect. Raises CommandFailed as retry does."""
    projection = named(name)
    with open_place(settings) as (place, db), open_records(settings) as opened:
        stopped = _stopped(db, place, projection)
        answer = skip_event(
            opened.log,
            opened.records.gate,
            operator(),
            projection=name,
            version=projection.version,
            position=stopped.position,
            reason=reason,
        )
        recorded_in = answer.stored[0].position
        tracking.skip(db, projection, place.log_no, stopped.position, recorded_in)
    told = {"projection": name, "position": stopped.position, "recorded_in": recorded_in}
    text = f"{name} goes on without position {stopped.position}; recorded at position {recorded_in}"
    result(told, text, as_json=as_json)


def drop(settings: Settings, name: str, *, unfinished: bool, as_json: bool) -> None:
    """Raises CommandFailed if the unfinished one is being built at this moment."""
    projection = named(name)
    with open_place(settings) as (place, db):
        if unfinished and not leader.lead(db, "builds", name, place.log_no):
            raise CommandFailed(f"{name} is being built by another process; stop that first", UNAVAILABLE)
        dropped = generations.droppable(db, projection, place.log_no, unfinished=unfinished)
        for one in dropped:
            generations.drop(db, one)
    numbers = [one.generation for one in dropped]
    text = f"{name}: dropped {', '.join(map(str, numbers)) or 'nothing'}"
    result({"projection": name, "dropped": numbers}, text, as_json=as_json)


def _stopped(db: Db, place: Place, projection: Projection) -> Stopped:
    stopped = tracking.stopped(db, projection, place.log_no) or tracking.stuck(db, projection, place.log_no)
    if stopped is None:
        raise CommandFailed(f"{projection.name} has not stopped", FINDING)
    return stopped
