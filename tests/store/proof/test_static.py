"""What is published as files is verified by the files alone."""

from pathlib import Path

import pytest

from evidence.checkpoint import Checkpoint
from evidence.signing import sign
from evidence.static import StaticLog, check
from store.proof.export import export
from store.proof.rows import over
from tests.store.proof import test_insiders
from tests.store.proof.test_insiders import SIZE, World

world = test_insiders.world


@pytest.fixture
def folder(world: World, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    verifiers = [one.verifier for one in world.published.signers]
    assert export(over(world.db), world.log.log_no, folder, verifiers) == SIZE
    return folder


def faults(folder: Path) -> list[tuple[int | None, str | None]]:
    log = StaticLog(folder)
    return [(one.size, one.tile) for one in check(log, log.verifiers())]


def test_files_as_they_were_written_hold(folder: Path) -> None:
    assert faults(folder) == []


@pytest.mark.parametrize(
    "path", ["checkpoint", f"checkpoints/{SIZE}", "tile/0/000", f"tile/0/001.p/{SIZE - 256}"]
)
def test_a_changed_byte_is_found(folder: Path, path: str) -> None:
    data = bytearray((folder / path).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / path).write_bytes(data)

    assert faults(folder)


def test_a_newest_checkpoint_over_another_tree_is_found_though_it_is_signed(
    world: World, folder: Path
) -> None:
    forked = Checkpoint(world.log.origin, SIZE, bytes(32))
    (folder / "checkpoint").write_bytes(sign(forked.text, *world.published.signers))

    assert faults(folder) == [(SIZE, None)]


def test_files_without_any_checkpoint_do_not_hold(folder: Path) -> None:
    for one in [folder / "checkpoint", *(folder / "checkpoints").iterdir()]:
        one.unlink()

    with pytest.raises(FileNotFoundError):
        faults(folder)
