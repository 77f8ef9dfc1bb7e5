"""Why an access is not shown again. Facts: ids, and names of views and kinds of events."""

from uuid import UUID

from domain.errors import RecordError


class NothingToReplay(RecordError):
    """The access showed nothing of the record: a hit of a search, a refusal. access says which kind it is."""

    code = "nothing-to-replay"
    title = "Nothing was shown by this access, so there is nothing to show again."

    def __init__(self, event: UUID, access: str) -> None:
        super().__init__(event=event, access=access)


class EditionUnknown(RecordError):
    """The access was made with an edition of a view that this release cannot make; `edition` names it."""

    code = "edition-unknown"
    title = "This release does not make that edition of the view."

    def __init__(self, edition: str) -> None:
        super().__init__(edition=edition)


class ReplayDiffers(RecordError):
    """What was made again is not what was shown, by its digest. It is recorded that it differs, as evidence.

    Nothing of either is shown. event: the access; body_sha256: as recorded; made_sha256: of what was made
    (hex); recorded_as: the event that says so.
    """

    code = "replay-differs"
    title = "What can be made again is not what was shown then."

    def __init__(self, event: UUID, body_sha256: str, made_sha256: str, recorded_as: UUID) -> None:
        super().__init__(
            event=event, body_sha256=body_sha256, made_sha256=made_sha256, recorded_as=recorded_as
        )
