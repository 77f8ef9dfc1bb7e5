"""Giving a record that exists another number: after a region or its scheme changed, or to mend an error.

Every earlier number stays the record's: its claim is never released, so it finds the record for ever and is
never given to another.
"""

from uuid import UUID

from domain.errors import NotAvailable, NumbersExhausted, RecordNumberTaken, StaleVersion
from domain.gate import Gate, as_told
from domain.institution import Institution
from domain.numbering import NUMBER, RecordNumbers
from domain.ports import Answer, Claim
from domain.record import Record
from domain.record_creation import NOT_YET
from domain.record_number import RecordNumber
from domain.released import release
from domain.requests import Request


class RecordRenumbering:
    """How a record comes by a new number. Mixed into `Records`."""

    gate: Gate
    numbers: RecordNumbers

    def renumber_record(
        self, request: Request, record_id: UUID, expected_version: int, reason: str, number: str | None = None
    ) -> Answer:
        """Let a record the caller has seen go by a new number.

        reason: region-changed, scheme-changed or error; number: one given already, on paper or by the county;
        else the next free one of the area in which the custodian lies now.
        Raises StaleVersion, ContentRefused, RecordNumberTaken, NumberKept (it is the record's own),
        NumbersExhausted, UnknownCode, IdentityInDispute, or what the gate raises.
        """
        given = RecordNumber.parse(number).value if number is not None else None

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, "renumber", record_id)
            if record.version != expected_version:
                raise StaleVersion(record_id, record.version)
            record.give_number(self.gate.act(passed), given or NOT_YET, reason)
            for new in [given] if given else self.numbers.free(self._area(record)):
                record.take_number(new)
                claims = [Claim(NUMBER, new)]
                try:
                    return self.gate.append(passed, record, claims)
                except RecordNumberTaken:
                    if given:
                        self.gate.tell_holder(passed, claims)
                        raise
                    continue  # somebody else was given the number meanwhile: try the next
            raise NumbersExhausted

        return self.gate.once(request, attempt, as_told)

    def number_given(self, answer: Answer) -> str:
        """The number that the answered command gave; read back, so that a repeat is told the same."""
        stored = answer.stored[0]
        release(stored.stream)  # a repeat is told what the first was let through to
        event = self.gate.log.read(stored.stream, upto_version=stored.version)[-1].event
        if not isinstance(event, Record.NumberGiven):
            raise NotAvailable
        return event.number

    def _area(self, record: Record) -> str:
        """The area in which the record's custodian lies now."""
        custodian = self.gate.log.load(Institution, record.custodian)
        if custodian is None:
            raise NotAvailable
        return custodian.state.area
