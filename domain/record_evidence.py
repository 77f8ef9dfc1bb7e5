"""Issuing evidence: the package is made first, its digest recorded, and only then does a byte of it leave."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.access_stream import RecordExported
from domain.acts import make
from domain.entries import KINDS
from domain.errors import NotAvailable, QueryRefused, UnknownCode
from domain.evidence_openness import is_untold, narrowed, of_accesses, of_record, sight
from domain.evidence_port import FORMAT, PARTS, EvidencePacker, Order, OrderedStream, Packed, Selection
from domain.gate import Gate, Pass
from domain.notices import deferred
from domain.ports import RecordQuery
from domain.record import Record
from domain.released import release
from domain.requests import Request
from domain.values import JsonObject

ACTION = "export-evidence"
ALL = Selection()


@dataclass(frozen=True)
class Issued:
    """A package that may now leave. event: where its issuing is recorded."""

    event: UUID
    packed: Packed


class RecordEvidence:
    """Evidence packages. Mixed into `Records`."""

    gate: Gate
    packer: EvidencePacker

    def issue_evidence(self, request: Request, record_id: UUID, selection: Selection = ALL) -> Issued:
        """A package of the record and of those merged into it, of what is open to the caller.

        Raises QueryRefused, UnknownCode, EvidenceNotReady, EvidenceTooLarge, or what the gate raises.
        """
        _check(selection)

        def attempt() -> Issued:
            record, passed = self.gate.enter_record(request, ACTION, record_id)
            return self._issue(record, passed, selection)

        return self.gate.insist(attempt)

    def issue_evidence_as_operator(self, request: Request, record_id: UUID, selection: Selection) -> Issued:
        """Likewise by the operator's machine account: without what is restricted or sensitive."""
        _check(selection)

        def attempt() -> Issued:
            record = self.gate.log.load(Record, record_id)
            if record is None:
                raise NotAvailable
            return self._issue(record, self.gate.operate(request, ACTION), selection)

        return self.gate.insist(attempt)

    def _issue(self, record: Record, passed: Pass, selection: Selection) -> Issued:
        release(record.id, record.access_stream)
        event, query = self.gate.new_id(), sight(self.gate, record, passed)
        selection = narrowed(selection, passed, query)
        scope: JsonObject = {
            "package": str(event),
            "record": str(record.id),
            "issued_at": passed.now.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "issued_to": passed.decision.role,
            "institution": str(passed.actor.institution) if passed.actor.institution else None,
            "purpose": passed.request.purpose,
            "basis": passed.decision.basis,
            "rules": [*passed.decision.rules],
            "asked": selection.told,
        }
        streams = [*self._streams(record, passed, query, selection, "")]
        merged = [*self._absorbed(record)]
        for absorbed in merged:
            seen = sight(self.gate, absorbed, passed)
            whole = replace(selection, first=None, last=None)
            streams += self._streams(absorbed, passed, seen, whole, "absorbed-")
        packed = self.packer.pack(Order(event, tuple(streams), scope))
        try:
            self._tell_issued([record, *merged], passed, query, selection, event, packed)
        except BaseException:
            packed.file.close()
            raise
        return Issued(event, packed)

    def _streams(
        self, record: Record, passed: Pass, query: RecordQuery, selection: Selection, prefix: str
    ) -> Iterator[OrderedStream]:
        ends = is_untold(deferred(record, passed))
        last = min(selection.last or record.version, record.version)
        opens = of_record(record, passed, query, selection)
        yield OrderedStream(record.id, f"{prefix}record", opens, ends, selection.first, last)
        if selection.accesses:
            opens = of_accesses(self.gate, passed, selection)
            yield OrderedStream(record.access_stream, f"{prefix}accesses", opens, ends)

    def _absorbed(self, record: Record) -> Iterator[Record]:
        """The records that were merged into it, and into those."""
        for key in record.state.absorbed:
            absorbed = self.gate.log.load(Record, UUID(key))
            if absorbed is not None:
                release(absorbed.id, absorbed.access_stream)
                yield absorbed
                yield from self._absorbed(absorbed)

    def _tell_issued(
        self,
        records: Sequence[Record],
        passed: Pass,
        query: RecordQuery,
        selection: Selection,
        event: UUID,
        packed: Packed,
    ) -> None:
        """Record the export with each record that is in it, if they are still the ones decided on.

        records: the one asked for, under the package's id, and those merged into it.
        """
        way_in, act = passed.decision.entitlement, self.gate.act(passed)
        exported = [
            make(
                RecordExported,
                replace(act, event_id=event if number == 0 else self.gate.new_id()),
                record.access_stream,
                0,
                record=record.id,
                basis=passed.decision.basis,
                rules=list(passed.decision.rules),
                sections=sorted(selection.sections) or ["evidence"],
                record_version=packed.reach.get(str(record.id), (0, 0))[1],
                log_position=packed.size,
                view=FORMAT,
                body_sha256=packed.sha256,
                events=packed.events,
                shown=packed.shown,
                held_back=packed.withheld,
                parameters=selection.told,
                cites=way_in.entry if way_in else None,
                withheld=sorted(query.withheld) or None,
            )
            for number, record in enumerate(records)
        ]
        self.gate.log.append(
            exported,
            at_end=[record.access_stream for record in records],
            conditions={record.id: record.version for record in records},
        )


def _check(selection: Selection) -> None:
    """Raises QueryRefused, UnknownCode."""
    if not selection.sections <= KINDS.keys():
        raise UnknownCode("section", tuple(KINDS))
    if not selection.withhold <= set(PARTS):
        raise UnknownCode("withhold", PARTS)
    first, last = 1 if selection.first is None else selection.first, selection.last
    if first < 1 or (last is not None and last < first):
        raise QueryRefused("last")
    if selection.since and selection.until and selection.until < selection.since:
        raise QueryRefused("until")
