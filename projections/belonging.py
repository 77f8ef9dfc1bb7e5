"""Which problem of the problem list an entry belongs to: the one it cites, or the one it is for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import cast
from uuid import UUID

from domain.entries import PROGRAMMES
from domain.measurements import pointed
from domain.values import JsonObject, JsonValue
from projections.entry_view import EntryView
from projections.tables import table

_TOLD = table("life_course")
CODINGS: Mapping[str, tuple[str, ...]] = {form: tuple(at) for form, at in _TOLD["codings"].items()}
ENTRIES: Mapping[str, str] = _TOLD["entries"]
PROGRAMME_CODES: Mapping[str, tuple[str, ...]] = {name: tuple(at) for name, at in _TOLD["programmes"].items()}
PROGRAMME_OF: Mapping[str, str] = {form: name for name, forms in PROGRAMMES.items() for form in forms}


class Belonging:
    """Built from the entries in the order of their recording, so that whatever is cited is there already.

    In this order: a problem belongs to itself; then what is cited as the cause, what is named as the entry it
    is about, a coding equal to a problem's, and for a follow-up the problem of its programme. Else: none.
    """

    def __init__(self, entries: Iterable[EntryView]) -> None:
        """entries: those that may be shown, as they stand now."""
        self.problems: dict[UUID, EntryView] = {}
        self._by_coding: dict[str, UUID] = {}
        self._by_programme: dict[str, UUID] = {}
        self._by_event: dict[str, UUID | None] = {}
        by_version = sorted(entries, key=lambda one: one.first.version)
        for entry in by_version:
            if entry.kind == "problems":
                self._add_problem(entry)
        for entry in by_version:
            self._by_event[str(entry.first.event)] = self._place(entry)

    def of(self, entry: UUID | None, cause: str | None = None) -> UUID | None:
        """The problem of an entry, or of an act that is about none and cites a cause."""
        if entry is not None:
            return self._by_event.get(str(entry))
        return self._by_event.get(cause) if cause else None

    def _add_problem(self, entry: EntryView) -> None:
        """Of two problems with one coding, the first to be recorded is it; one that was retracted is none."""
        self.problems[entry.first.event] = entry
        self._by_event[str(entry.first.event)] = entry.first.event
        if entry.status != "retracted":
            self._by_coding.setdefault(_coding(entry.content.get("problem")), entry.first.event)

    def _place(self, entry: EntryView) -> UUID | None:
        found = self._by_event.get(str(entry.first.event)) or next(self._candidates(entry), None)
        if entry.kind == "programmes" and found is not None:
            self._by_programme[str(entry.content.get("programme"))] = found
        return found

    def _candidates(self, entry: EntryView) -> Iterator[UUID]:
        form, content = entry.form["name"], entry.content
        cited = [cast("str | None", entry.steps[0]["cause"]), *_texts(content, ENTRIES.get(form))]
        codings = [_coding(one) for at in CODINGS.get(form, ()) for one in pointed(content, at)]
        found = [self._by_event.get(one) for one in cited if one is not None]
        found += [self._by_coding.get(one) for one in codings]
        if entry.kind == "programmes":
            found.append(self._about(str(content.get("programme"))))
        if form in PROGRAMME_OF:
            found.append(self._by_programme.get(PROGRAMME_OF[form]))
        return (one for one in found if one is not None)

    def _about(self, programme: str) -> UUID | None:
        """The problem that the programme is for, by the table."""
        codes = PROGRAMME_CODES.get(programme, ())
        return next(
            (problem for coding, problem in self._by_coding.items() if coding.startswith(codes)), None
        )


def _coding(value: JsonValue) -> str:
    """System and code; display and version make no other problem."""
    return f"{value.get('system')}|{value.get('code')}" if isinstance(value, dict) else ""


def _texts(content: JsonObject, pointer: str | None) -> list[str]:
    return [one for one in pointed(content, pointer) if isinstance(one, str)] if pointer else []
