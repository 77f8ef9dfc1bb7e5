"""What depends on what the caller saw of a record: done at that version, or not at all."""

from collections.abc import Callable, Sequence
from uuid import UUID

from domain.errors import StaleVersion
from domain.gate import Gate, Pass, as_told
from domain.ports import Answer, Claim
from domain.record import Record
from domain.requests import Request


class SeenChanges:
    """The one way to change a record at the version seen."""

    gate: Gate

    def change_seen(
        self,
        request: Request,
        action: str,
        record_id: UUID,
        expected_version: int,
        change: Callable[[Record, Pass], None],
        claims: Sequence[Claim] = (),
    ) -> Answer:
        """Change the record at the version the caller saw. Raises StaleVersion if that is not its newest."""

        def attempt() -> Answer:
            record, passed = self.gate.enter_record(request, action, record_id)
            if record.version != expected_version:
                raise StaleVersion(record_id, record.version)
            change(record, passed)
            return self.gate.append(passed, record, claims)

        return self.gate.once(request, attempt, as_told)
