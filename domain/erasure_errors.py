"""What is refused of an erasure, and what is told of what was erased: never what it was."""

from uuid import UUID

from domain.errors import RecordError


class RecordErased(RecordError):
    """The record was erased by order. That it was, by whom and on what basis stands in its audit trail."""

    code = "record-erased"
    title = "The record was erased by legal order."


class DocumentErased(RecordError):
    """The document was erased by order; the entry that told of it stays."""

    code = "document-erased"
    title = "The document was erased by legal order."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)


class TermNotOver(RecordError):
    """It is kept until the day `until`, by the term named, whoever orders it erased."""

    code = "term-not-over"
    title = "The term for which it must be kept is not over."

    def __init__(self, term: str, until: str) -> None:
        super().__init__(term=term, until=until)


class OrderMissing(RecordError):
    """Of a resident who is not known to be dead only what a court or an authority ordered is erased."""

    code = "order-missing"
    title = "What is of somebody alive is erased by order only."


class HasNoOwnKey(RecordError):
    """The document was not uploaded but written into its entry: it is erased with the record only."""

    code = "document-has-no-own-key"
    title = "The document lies in its entry, and cannot be erased by itself."

    def __init__(self, entry: UUID) -> None:
        super().__init__(entry=entry)
