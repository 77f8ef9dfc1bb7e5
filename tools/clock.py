"""`lifelong clock confirm`: let appends go on although the log has run ahead of the server's clock."""

from domain.log_commands import confirm_clock
from store.settings import Settings
from tools.opening import open_records, operator
from tools.output import result


def run(settings: Settings, reason: str, *, as_json: bool) -> None:
    """Append the confirmation. Raises ClockWrong if server and database disagree about the time."""
    with open_records(settings) as opened:
        answer = confirm_clock(opened.log, opened.records.gate, operator(), reason)
    place = answer.stored[0]
    told = {"position": place.position, "recorded_at": place.recorded_at.isoformat()}
    text = f"confirmed at position {place.position}; the log goes on from {place.recorded_at.isoformat()}"
    result(told, text, as_json=as_json)
