"""`lifelong clock confirm`: let appends go on although the log has run ahead of the server's clock."""

from domain.log_commands import confirm_clock
from domain.ports import Answer
from store.clock import TOLERANCE, system_clock
from store.settings import Settings
from tools.opening import Opened, open_records, operator
from tools.output import FINDING, CommandFailed, result


def run(settings: Settings, reason: str, *, as_json: bool) -> None:
    """Append the confirmation. Raises ClockWrong if server and database disagree about the time."""
    with open_records(settings) as opened:
        place = confirm(opened, reason).stored[0]
    told = {"position": place.position, "recorded_at": place.recorded_at.isoformat()}
    text = f"confirmed at position {place.position}; the log goes on from {place.recorded_at.isoformat()}"
    result(told, text, as_json=as_json)


def confirm(opened: Opened, reason: str) -> Answer:
    """Raises CommandFailed while the log is not ahead: nobody shall confirm a clock in advance."""
    _, last, _ = opened.parts.reader.clocks()
    if last - system_clock() <= TOLERANCE:
        raise CommandFailed("nothing to confirm: the log is not ahead of this machine's clock", FINDING)
    return confirm_clock(opened.log, opened.records.gate, operator(), reason)
