"""The problem list: each problem as it stands, how it came to that, and the entries that belong to it."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from domain.forms.clinical import ENDED
from domain.ports import NOW, Recorded, RecordQuery
from domain.values import JsonValue, occurred
from projections.belonging import Belonging
from projections.entry_view import EntryView
from projections.life import ENDINGS, Life, in_order, life
from projections.record_lists import Shape

PROBLEM_LIST = "problem-list/1"
ACTIVE, OVER, RETRACTED = "active", "over", "retracted"
STANDINGS = (ACTIVE, OVER, RETRACTED)  # in the order in which they are listed
SAID = ("problem", "clinical_status", "verification", "severity", "onset_on", "note")


def problem_list(recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Shape:
    """What is active first, then what is over, what was retracted last; each as they occurred."""
    told = life(recorded, query)
    belonging = Belonging(one for one in told.fold.entries.values() if query.shows(one.kind))
    entries: dict[UUID | None, list[EntryView]] = {}
    for one in told.entries:
        entries.setdefault(belonging.of(one.first.event), []).append(one)
    listed = [_problem(told, one, entries.get(one.first.event, ())) for one in _problems(told)]
    listed.sort(key=lambda one: STANDINGS.index(str(one["standing"])))
    return {**told.frame(PROBLEM_LIST), "problems": listed}


def _problems(told: Life) -> list[EntryView]:
    """Those that may be shown and had happened by then; one that was retracted says so."""
    fold = told.fold
    problems = [one for one in fold.entries.values() if one.kind == "problems"]
    shown = [one for one in problems if fold.query.shows(one.kind) and fold.was_true(one.occurred)]
    return sorted(shown, key=in_order)


def _problem(told: Life, entry: EntryView, belonging: Sequence[EntryView]) -> Shape:
    """What the entry says now, when it was over, and `history`: every correction with what it said before."""
    shape = entry.to_json(valid_at=told.fold.query.valid_at, with_data=False)
    content = told.content(entry)
    abated_on = next(_ends(told, entry), None)
    is_over = abated_on is not None or content.get("clinical_status") in ENDED or shape["state"] != ACTIVE
    return {
        "entry": shape.pop("id"),
        **{name: value for name, value in shape.items() if name != "content"},
        **{name: content.get(name) for name in SAID},
        "abated_on": abated_on,
        "standing": RETRACTED if entry.status == RETRACTED else OVER if is_over else ACTIVE,
        "entries": [_belonging(one) for one in belonging if one is not entry],
    }


def _ends(told: Life, entry: EntryView) -> Iterator[str]:
    """When it was over, as written: in the entry, in what ended it, or else the day of that."""
    sequel, field = ENDINGS[entry.kind]
    yield from _by_then(told, entry.content.get(field))
    for step in entry.steps:
        if step["step"] == sequel and isinstance(content := step["content"], Mapping):
            yield from _by_then(told, content.get(field))
            yield from _by_then(told, _at(step["occurred"]))


def _by_then(told: Life, end: JsonValue) -> Iterator[str]:
    """The end, unless it came after the instant asked about."""
    if isinstance(end, str) and told.fold.was_true(occurred(end)):
        yield end


def _at(when: object) -> JsonValue:
    return when["at"] if isinstance(when, dict) else None


def _belonging(entry: EntryView) -> Shape:
    return {
        "entry": str(entry.first.event),
        "collection": entry.kind,
        "form": dict(entry.form),
        "occurred": dict(entry.occurred),
        "status": entry.status,
    }
