"""What an institution refuses: its registration, its people, their logins and roles."""

from uuid import UUID

from domain.errors import RecordError


class InstitutionCodeTaken(RecordError):
    """An institution with this code is registered."""

    code = "institution-code-taken"
    title = "The institution code is taken."


class LoginTaken(RecordError):
    """The login is bound to somebody already."""

    code = "login-taken"
    title = "The login is bound already."


class UnknownPractitioner(RecordError):
    """The institution has no such practitioner, or they left."""

    code = "unknown-practitioner"
    title = "The institution has no such practitioner."

    def __init__(self, practitioner: UUID) -> None:
        super().__init__(practitioner=practitioner)


class RoleAlreadyGiven(RecordError):
    """The practitioner holds the role."""

    code = "role-already-given"
    title = "The practitioner holds the role already."


class RoleNotHeld(RecordError):
    """The practitioner does not hold the role."""

    code = "role-not-held"
    title = "The practitioner does not hold the role."


class AlreadyFounded(RecordError):
    """The county's first institution is registered once."""

    code = "already-founded"
    title = "The first institution is registered already."
