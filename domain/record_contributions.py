"""What institutions without custody add to a record they find by card, number or document, not reading it.

The entry stands as external until the record's own manager files it. Whoever contributes must not learn by it
what is in the record: so what the record refuses is answered as if there were none, and told to the resident.
"""

from uuid import UUID

from domain.access import Facts
from domain.entries import KINDS, accepts
from domain.errors import (
    ClockWrong,
    KeyReused,
    LogBusy,
    LogFenced,
    LogUnavailable,
    NotAvailable,
    RecordError,
    SourceAlreadyImported,
    StaleVersion,
    UnknownCollection,
)
from domain.filling import check, fill, form_of, sources
from domain.finding import claim_of, find
from domain.gate import Gate, Pass, denied
from domain.ports import Answer, Claim
from domain.record import Record
from domain.requests import NewEntry, Request, SearchKey

OF_THE_LOG = (
    ClockWrong,
    KeyReused,
    LogBusy,
    LogFenced,
    LogUnavailable,
    SourceAlreadyImported,
    StaleVersion,
)

CONTRIBUTED = tuple(name for name, kind in KINDS.items() if kind.is_contributed)


class RecordContributions:
    """How others add to a record. Mixed into `Records`."""

    gate: Gate

    def contribute(self, request: Request, key: SearchKey, entry: NewEntry) -> Answer:
        """Add an entry to the record that the key finds. Nothing of the record is told in return.

        Raises ContentRefused, FormNotAccepted, OccurredRefused or UnknownCode of the entry, before anything
        is looked for; UnknownCollection for what only its own institution writes; NotAvailable, recorded, if
        nothing is found or the record that is found refuses the entry.
        """
        claim = claim_of(key)
        if entry.kind not in CONTRIBUTED:
            raise UnknownCollection(CONTRIBUTED)
        accepts(entry.kind, form_of(entry))

        def attempt() -> Answer:
            passed = self.gate.enter(request, "contribute", Facts())
            check(form_of(entry), entry.edition, entry.occurred, entry.content)
            self.gate.act(passed, entry.occurred)
            record = self._found(claim)
            if record is None:
                self.gate.refuse(denied(passed, "nothing-found"), None)
                raise NotAvailable
            return self._add(passed, record, entry)

        return self.gate.once_insisting(request, attempt)

    def _found(self, claim: Claim) -> Record | None:
        """The record, or the one that goes on in its place: care comes to whom the key names."""
        record = find(self.gate.log, claim)
        while record is not None and record.state.merged_into is not None:
            record = self.gate.log.load(Record, UUID(record.state.merged_into))
        return record

    def _add(self, passed: Pass, record: Record, entry: NewEntry) -> Answer:
        """Raises NotAvailable for whatever the record refuses; the resident finds by which rule."""
        try:
            fill(self.gate, record, passed, entry)
            return self.gate.append(passed, record, sources([entry]))
        except OF_THE_LOG:
            raise
        except RecordError as refusal:
            if not self.gate.answered(passed.request):  # else by the first of two equal requests
                self.gate.refuse(denied(passed, refusal.code), record)
            raise NotAvailable from None
