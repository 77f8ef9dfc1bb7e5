"""RecordView: one pure fold over a record's events, for the record now, at a version, as known, or as true.

The same events and the same query give the same bytes for ever; EDITION changes when the bytes would. What
was corrected or retracted stays in the view, with who, when and why, and with the content it had before.
"""

from collections.abc import Sequence
from typing import ClassVar

from domain.entries import KINDS
from domain.ports import NOW, Course, Listed, Recorded, RecordQuery, Rendered, Trail
from domain.values import JsonObject, earliest
from evidence import canonical
from projections.audit_trail import AUDIT_TRAIL, audit_trail
from projections.courses import COURSES
from projections.entry_view import EntryView, instant_text
from projections.record_fold import RecordFold
from projections.record_lists import ACCESSES, EVENTS, Shape, access_list, event_list

EDITION = "record-view/4"


class RecordView(RecordFold):
    """The whole record as JSON."""

    edition: ClassVar[str] = EDITION

    def to_json(self) -> Shape:
        """The view in the canonical profile. Raises KeyError if the record was not created by then."""
        asked, is_whole = self.query, self.query.shows("identity-disputes")
        told = [entry for entry in self.entries.values() if asked.shows(entry.kind)]
        shown = [entry for entry in told if self.was_true(entry.occurred)]
        sections: Shape = {
            _section(kind): [
                one.to_json(valid_at=asked.valid_at, with_data=asked.with_documents)
                for one in shown
                if one.kind == kind
            ]
            for kind in KINDS
            if asked.shows(kind)
        }
        return {
            **self.head,
            "view": EDITION,
            "version": self.version,
            "position": self.position,
            "as_of": instant_text(self.query.as_of),
            "valid_at": instant_text(self.query.valid_at),
            "status": "closed" if self.is_closed else "open",
            "closings": [_noted(one, is_whole) for one in self.closings],
            "former_numbers": self.former_numbers,
            "merged_into": self.merged_into,
            "mergings": self.mergings if is_whole else [],
            "misfiled": self.misfiled if is_whole else [],
            "identities": self.identities if asked.shows("basic-information") else [],
            "consents": self.consents if asked.shows("consent-withdrawals") else [],
            "basic_information": _newest([one for one in shown if one.kind == "basic-information"]),
            "sections": sections,
        }


class RecordRender:
    """`domain.ports.RecordRenderer` by these folds."""

    def record(self, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        return Rendered(EDITION, render(recorded, query))

    def course(self, course: Course, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Rendered:
        shape = COURSES[course.name](course, recorded, query)
        return Rendered(str(shape["view"]), canonical.encode(shape))

    def events(self, listed: Listed) -> Rendered:
        return Rendered(EVENTS, canonical.encode(event_list(listed)))

    def accesses(self, listed: Listed) -> Rendered:
        return Rendered(ACCESSES, canonical.encode(access_list(listed)))

    def trail(self, trail: Trail) -> Rendered:
        return Rendered(AUDIT_TRAIL, canonical.encode(audit_trail(trail)))


def render(recorded: Sequence[Recorded], query: RecordQuery = NOW) -> bytes:
    """The record as canonical JSON: sorted keys, compact, UTF-8."""
    return canonical.encode(RecordView(query).fold(recorded).to_json())


def _noted(closing: Shape, is_whole: bool) -> Shape:
    """A closing; what was noted of it, only to whom the record as a whole is shown."""
    return closing if is_whole or "note" not in closing else {**closing, "note": None}


def _newest(entries: Sequence[EntryView]) -> JsonObject | None:
    """The content that holds now: the latest to occur that stands; of equals the later recorded."""
    standing = [entry for entry in entries if entry.status != "retracted"]
    newest = max(standing, key=lambda one: (earliest(one.occurred), one.first.version), default=None)
    return newest.content if newest else None


def _section(kind: str) -> str:
    return kind.replace("-", "_")
