"""RecordView: one pure fold over a record's events, for the record now, at a version, as known, or as true.

The same events and the same query give the same bytes for ever, in each edition. What was corrected or
retracted stays in the view, with who, when and why, and with the content it had before.
"""

from collections.abc import Mapping, Sequence

from domain.ports import NOW, Recorded, RecordQuery
from domain.values import JsonObject, earliest
from projections.entry_view import EntryView, instant_text
from projections.record_fold import RecordFold
from projections.record_lists import Shape
from projections.tables import table

KINDS_SHOWN: Mapping[str, tuple[str, ...]] = {
    one["edition"]: tuple(one["kinds"]) for one in table("record_view")["editions"]
}
EDITION = list(KINDS_SHOWN)[-1]  # the newest


class RecordView(RecordFold):
    """The whole record as JSON."""

    def __init__(self, query: RecordQuery = NOW, edition: str = EDITION) -> None:
        super().__init__(query)
        self.edition = edition

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
            for kind in KINDS_SHOWN[self.edition]
            if asked.shows(kind)
        }
        return {
            **self.head,
            "view": self.edition,
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


def record_view(edition: str, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Shape:
    """The record in an edition."""
    return RecordView(query, edition).fold(recorded).to_json()


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
