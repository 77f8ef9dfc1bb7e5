"""Where a log's keys lie: in a folder, or the key-encryption key there and the rest in a database."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class KeyPlace:
    """folder: of this machine, with the key-encryption key. dsn: of a database; None: in the folder, too."""

    folder: Path
    dsn: str | None = field(default=None, repr=False)  # may hold a password

    @property
    def name(self) -> str:
        """For a message: what is to be restored."""
        return "the key store's database" if self.dsn else str(self.folder / "keys.sqlite")


KeysAt = Path | KeyPlace  # a folder alone is a place without a database


def place_of(keys: KeysAt) -> KeyPlace:
    """The place, of either."""
    return keys if isinstance(keys, KeyPlace) else KeyPlace(keys)
