"""What the domain needs of whoever holds the keys, to erase: `store.erasing` implements it."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol
from uuid import UUID


class Eraser(Protocol):
    """Destroys keys, and whatever is kept beside the log under them. Everything may be done twice."""

    def renewed(self, record: UUID) -> AbstractContextManager[None]:
        """Inside, what is stored on the record's stream is sealed under a key of its own.

        And nobody seals again, under a later one, what is about to be erased.
        """

    def erase_documents(self, uploads: Collection[UUID]) -> int:
        """Destroy the keys of these documents and remove what lies under them; how many keys."""

    def erase_record(self, record: UUID, uploads: Collection[UUID], spares: Collection[UUID]) -> int:
        """Destroy the keys of all that was said on the stream before the last renewal; how many keys.

        uploads: documents that go with it; spares: documents uploaded to it that are another record's now.
        """

    def unfinished(self) -> Sequence[UUID]:
        """The records of which an erasure was decided, and not ended yet."""

    def notice(self) -> None:
        """Remember nothing of what was erased meanwhile, by whichever process."""


class NoEraser:
    """Where nothing is erased, as by the importers of the command line."""

    def renewed(self, record: UUID) -> AbstractContextManager[None]:
        """There is no key."""
        return nullcontext()

    def erase_documents(self, uploads: Collection[UUID]) -> int:
        return 0

    def erase_record(self, record: UUID, uploads: Collection[UUID], spares: Collection[UUID]) -> int:
        return 0

    def unfinished(self) -> Sequence[UUID]:
        return ()

    def notice(self) -> None:
        """Nothing was erased."""


NO_ERASER = NoEraser()
