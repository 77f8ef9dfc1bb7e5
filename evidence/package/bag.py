"""Writes a BagIt 1.0 bag (RFC 8493) as a zip: every file listed twice by its digest, the lists signed.

Nothing is compressed and no file has a date: what is in it can be found with a hex editor in a hundred years,
and the same contents give the same bytes.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO, Final

ALGORITHMS: Final = ("sha256", "sha512")
SIGNATURE: Final = "tagmanifests.note"  # the one file that no list names: it signs them
MOST_FILES: Final = 60_000  # beyond 65,535 a zip needs another ending, which older programs do not read
LARGEST: Final = (1 << 32) - (1 << 24)  # bytes, for the same reason
_BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

Sign = Callable[[bytes], bytes]
"""Makes a signed note of a text."""


class TooLarge(Exception):
    """The package would need a longer kind of zip: ask for less of the record at a time."""


class BagWriter:
    """Writes the files of one bag, in one folder of the zip, one after the other."""

    def __init__(self, file: BinaryIO, folder: str) -> None:
        """file: empty, and can be moved about in. folder: the one folder that everything lies in."""
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._folder = folder
        self._digests: dict[str, tuple[str, ...]] = {}
        self._size = 0

    def add(self, path: str, data: bytes | Iterable[bytes]) -> None:
        """Write a file of the payload, all at once or piece by piece. Raises TooLarge."""
        self._digests[f"data/{path}"] = self._write(f"data/{path}", data)

    def close(self, origin: str, info: Mapping[str, str], sign: Sign) -> None:
        """Write the lists and have them signed; the zip is whole then."""
        told = {**info, "Payload-Oxum": f"{self._size}.{len(self._digests)}"}
        text = "".join(f"{name}: {value}\n" for name, value in told.items()).encode()
        tags = {
            "bagit.txt": self._write("bagit.txt", _BAGIT),
            "bag-info.txt": self._write("bag-info.txt", text),
        }
        for path, data in _lists("manifest", self._digests).items():
            tags[path] = self._write(path, data)
        lines = [f"{origin}/package"]
        for number, (path, data) in enumerate(_lists("tagmanifest", tags).items()):
            lines.append(f"{ALGORITHMS[number]} {self._write(path, data)[number]}")
        self._write(SIGNATURE, sign("".join(f"{line}\n" for line in lines).encode()))
        self._zip.close()

    def abandon(self) -> None:
        """Let go of the file, whose contents are worth nothing."""
        self._zip.close()

    def _write(self, path: str, data: bytes | Iterable[bytes]) -> tuple[str, ...]:
        """Its digests, in hex."""
        digests = [hashlib.new(one) for one in ALGORITHMS]
        header = zipfile.ZipInfo(f"{self._folder}/{path}")
        header.create_system, header.external_attr = 3, 0o644 << 16  # wherever it is written
        with self._zip.open(header, "w") as file:
            for piece in [data] if isinstance(data, bytes) else data:
                file.write(piece)
                self._size += len(piece) if path.startswith("data/") else 0
                for one in digests:
                    one.update(piece)
                if self._size > LARGEST:
                    raise TooLarge
        if len(self._digests) > MOST_FILES:
            raise TooLarge
        return tuple(one.hexdigest() for one in digests)


def _lists(kind: str, digests: Mapping[str, tuple[str, ...]]) -> dict[str, bytes]:
    """For each algorithm the list of files with their digests."""
    return {
        f"{kind}-{name}.txt": "".join(f"{digests[path][at]}  {path}\n" for path in sorted(digests)).encode()
        for at, name in enumerate(ALGORITHMS)
    }
