"""What institutions without custody add to a record they find by card, number or document, not reading it.

The entry stands as external until the record's own manager files it.
"""

from dataclasses import replace

from domain.access import Facts
from domain.entries import KINDS
from domain.errors import NotAvailable, UnknownCollection
from domain.filling import fill, sources
from domain.finding import claim_of, find
from domain.gate import Gate, denied
from domain.ports import Answer
from domain.requests import NewEntry, Request, SearchKey

CONTRIBUTED = tuple(name for name, kind in KINDS.items() if kind.is_contributed)


class RecordContributions:
    """How others add to a record. Mixed into `Records`."""

    gate: Gate

    def contribute(self, request: Request, key: SearchKey, entry: NewEntry) -> Answer:
        """Add an entry to the record that the key finds. Nothing of the record is told in return.

        Raises NotAvailable (recorded) if nothing is found, UnknownCollection for what only its own
        institution writes, or what add_entry raises.
        """
        claim = claim_of(key)
        if entry.kind not in CONTRIBUTED:
            raise UnknownCollection(CONTRIBUTED)

        def attempt() -> Answer:
            passed = self.gate.enter(request, "contribute", Facts())
            record = find(self.gate.log, claim)
            if record is None:
                self.gate.refuse(denied(replace(passed, action="contribute"), "nothing-found"), None)
                raise NotAvailable
            fill(self.gate, record, passed, entry)
            return self.gate.append(passed, record, sources([entry]))

        return self.gate.once_insisting(request, attempt)
