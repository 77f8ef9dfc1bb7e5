"""What can be wrong with an upload, or with an entry that names one. Facts: ids, lengths, names of fields."""

from uuid import UUID

from domain.errors import RecordError


class OffsetMoved(RecordError):
    """The upload stands at another byte than the request goes on from: received says where."""

    code = "upload-offset-moved"
    title = "The upload stands at another offset."

    def __init__(self, received: int) -> None:
        super().__init__(received=received)
        self.received = received


class UploadTooLong(RecordError):
    """More bytes than the upload was announced with, or may be announced with: largest says how many."""

    code = "upload-too-long"
    title = "The upload is longer than accepted."

    def __init__(self, largest: int) -> None:
        super().__init__(largest=largest)


class TooManyUploads(RecordError):
    """The caller has more uploads under way than are kept for one; most says how many."""

    code = "too-many-uploads"
    title = "Too many uploads are under way."

    def __init__(self, most: int) -> None:
        super().__init__(most=most)


class UploadUnknown(RecordError):
    """The entry names an upload that is not there, or was not made for this record."""

    code = "upload-unknown"
    title = "The record has no such upload."

    def __init__(self, upload: UUID) -> None:
        super().__init__(upload=upload)


class UploadIncomplete(RecordError):
    """The entry names an upload of which bytes are missing."""

    code = "upload-incomplete"
    title = "The upload is not complete."

    def __init__(self, upload: UUID, received: int, length: int) -> None:
        super().__init__(upload=upload, received=received, length=length)


class UploadUnchecked(RecordError):
    """The entry names an upload whose bytes are still being checked, or wait for the virus scanner."""

    code = "upload-unchecked"
    title = "The upload has not been checked yet."

    def __init__(self, upload: UUID) -> None:
        super().__init__(upload=upload)


class UploadInfected(RecordError):
    """The virus scanner found something in the upload: it is in quarantine and never shown."""

    code = "upload-infected"
    title = "The virus scanner refused the document."

    def __init__(self, upload: UUID) -> None:
        super().__init__(upload=upload)


class UploadTaken(RecordError):
    """The upload belongs to an entry already, or is being named by one at this moment."""

    code = "upload-taken"
    title = "The upload belongs to an entry already."

    def __init__(self, upload: UUID) -> None:
        super().__init__(upload=upload)


class UploadDiffers(RecordError):
    """What the entry says of the document is not so of the bytes that were kept; `field` says which."""

    code = "upload-differs"
    title = "The entry and the uploaded bytes disagree."

    def __init__(self, upload: UUID, field: str) -> None:
        super().__init__(upload=upload, field=field)


class DocumentLost(RecordError):
    """The entry is there and the bytes it names are not: lost, or their key was destroyed."""

    code = "document-lost"
    title = "The bytes of the document are not here any more."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)
