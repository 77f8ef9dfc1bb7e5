"""Why a review of an unusual access is refused. Facts: ids."""

from uuid import UUID

from domain.errors import RecordError


class FindingNotOpen(RecordError):
    """There is no such finding at the institution, or it was reviewed already."""

    code = "finding-not-open"
    title = "The institution has no such finding that waits for a review."

    def __init__(self, finding: UUID) -> None:
        super().__init__(finding=finding)
