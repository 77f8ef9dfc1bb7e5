"""What a claim that is held already means: the error it becomes, and whether its holder is told."""

from domain.errors import ClaimTaken, PersonHasRecord, RecordError, RecordNumberTaken, SourceAlreadyImported
from domain.institution_errors import InstitutionCodeTaken, LoginTaken
from domain.record_errors import CardNumberTaken

TAKEN: dict[str, type[RecordError]] = {
    "identity": PersonHasRecord,
    "record-number": RecordNumberTaken,
    "institution-code": InstitutionCodeTaken,
    "login:practitioner": LoginTaken,
    "login:resident": LoginTaken,
    "source": SourceAlreadyImported,
    "card": CardNumberTaken,
}
TOLD = ("identity", "record-number")  # whose holder is a resident, who is told


def error_of(namespace: str) -> RecordError:
    """Only the general error says which namespace; the named ones say nothing more."""
    return TAKEN[namespace]() if namespace in TAKEN else ClaimTaken(namespace)
