"""What a record refuses of those who would see it: applications, decisions on them, emergencies."""

from uuid import UUID

from domain.errors import RecordError


class ApplicantRefused(RecordError):
    """An institution applies for itself, and only for what it does not keep; `field` names it."""

    code = "applicant-refused"
    title = "An outside institution applies, and for itself."

    def __init__(self, field: str) -> None:
        super().__init__(field=field)


class TermRefused(RecordError):
    """The term is over, begins too late, or is too long; `latest` is the last day there can be."""

    code = "term-refused"
    title = "The term is not acceptable."

    def __init__(self, field: str, latest: str) -> None:
        super().__init__(field=field, latest=latest)


class AnotherPersonDecides(RecordError):
    """Two persons decide, neither of them who applied; `part` tells which part was this person's already."""

    code = "another-person-decides"
    title = "Another person has to decide this."

    def __init__(self, part: str) -> None:
        super().__init__(part=part)


class OwnHand(RecordError):
    """Who applies, decides or opens an emergency does so under their own login, never through a colleague."""

    code = "own-hand"
    title = "This is done under one's own login."


class NotTheApplicant(RecordError):
    """An application is taken back by the institution that made it; others refuse, object or revoke."""

    code = "not-the-applicant"
    title = "The institution that applied takes it back."


class NeverAmended(RecordError):
    """What was said about access stays as it was said; it is ended by what follows it."""

    code = "never-amended"
    title = "An entry about access is ended, never corrected, retracted, moved or filed."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class NoEmergency(RecordError):
    """Nobody's life depends any more on the record of somebody who died."""

    code = "no-emergency"
    title = "The resident has died; there is no emergency."
