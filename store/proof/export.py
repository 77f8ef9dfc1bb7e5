"""Writes what is published of a log as static files, for mirrors: hashes and signatures, no content."""

from collections.abc import Sequence
from pathlib import Path

from evidence.note import Verifier
from evidence.tiles import WIDTH, tiles_of
from store.proof import tiles
from store.proof.rows import Rows
from store.proof.serving import PublishedLog


def export(rows: Rows, log_no: int, folder: Path, verifiers: Sequence[Verifier]) -> int:
    """Write the files of everything published; how many events they cover.

    Full tiles that are there already are left as they are, since they never change. Raises OSError.
    """
    public = PublishedLog(rows, log_no)
    newest = public.newest()
    if newest is None:
        return 0
    read = tiles.reader(rows, log_no)
    for tile in tiles_of(newest.size):
        path = folder / tile.path
        if tile.width == WIDTH and path.exists():
            continue
        _write(path, read(tile))
    for size, signed in rows(
        """SELECT size, note FROM proof.checkpoint
           WHERE log_no = %s AND published_at IS NOT NULL AND note <> '' ORDER BY size""",
        [log_no],
    ):
        path = folder / "checkpoints" / str(size)
        if not path.exists():
            _write(path, signed)
    _write(folder / "keys", "".join(f"{one}\n" for one in verifiers).encode())
    _write(folder / "checkpoint", public.cosigned(newest))
    return newest.size


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)
