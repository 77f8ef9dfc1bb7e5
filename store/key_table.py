"""What a key store needs of the place where its wrapped keys lie: a file, or a database of its own."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias
from uuid import UUID


class WrappedKey(NamedTuple):
    """One generation of a stream's key as it lies there; wrapped: None if it was destroyed."""

    stream: UUID
    generation: int
    wrapped: bytes | None


WrappedByPlace: TypeAlias = Mapping[tuple[bytes, int], bytes | None]
"""Wrapped keys by the bytes of their stream's id and their generation; None: destroyed."""


class KekReplaced(Exception):
    """What was to be kept is wrapped with a key-encryption key that was replaced meanwhile."""


class KeyTable(Protocol):
    """Wrapped keys and secrets. Every change is durable when the method returns. Safe for several threads."""

    def find(self, stream: UUID, generation: int) -> WrappedKey | None:
        """One key, destroyed or not."""

    def newest(self, stream: UUID) -> int:
        """The stream's highest generation; 0 if it has none."""

    def erased_upto(self, stream: UUID) -> int:
        """The highest generation of the stream that was destroyed; 0 if none was."""

    def between(self, first: UUID, last: UUID) -> list[WrappedKey]:
        """All keys of the streams from first to last, by stream and generation."""

    def of(self, streams: Sequence[bytes]) -> WrappedByPlace:
        """All keys of streams, by the bytes of their ids."""

    def destroyed(self) -> set[UUID]:
        """The streams of which a key was destroyed."""

    def insert(self, keys: Sequence[WrappedKey], kek: bytes) -> int:
        """Keep new keys, leaving those that are there; how many were new.

        kek: fingerprint of what they are wrapped with. Raises KekReplaced if that is another one by now.
        """

    def destroy(self, stream: UUID, upto: int | None) -> int:
        """Destroy the keys of a stream up to a generation, or all; how many were there.

        The row stays. What it held is overwritten as far as the place can do so.
        """

    def remove(self, stream: UUID, upto: int) -> None:
        """Remove keys under which nothing lies any more, as if there had been none; not destroyed ones."""

    def secret(self, name: str) -> bytes | None:
        """A wrapped secret."""

    def any_secret(self) -> tuple[str, bytes] | None:
        """Name and wrapped bytes of some secret; None in a store that holds none."""

    def insert_secret(self, name: str, wrapped: bytes, kek: bytes) -> None:
        """Keep a secret unless there is one of that name. Raises as `insert`."""

    def kek(self) -> bytes | None:
        """The fingerprint of the key-encryption key in force; None in a store that never noted one."""

    def note_kek(self, kek: bytes) -> None:
        """Note it, unless one is noted."""

    def rewrap(
        self, again: Callable[[UUID, int, bytes], bytes], named: Callable[[str, bytes], bytes], kek: bytes
    ) -> int:
        """Replace every wrapped key and secret, and the fingerprint, in one transaction; how many."""

    def close(self) -> None: ...
