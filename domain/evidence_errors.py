"""Why an evidence package cannot be issued now."""

from domain.errors import RecordError


class EvidenceNotReady(RecordError):
    """The newest event of the record is not in the log's public tree yet: a matter of seconds."""

    code = "evidence-not-ready"
    title = "The newest events of the record are not in the log's public tree yet."


class EvidenceTooLarge(RecordError):
    """More files or bytes than one package may have."""

    code = "evidence-too-large"
    title = "There is more than one evidence package can hold."
