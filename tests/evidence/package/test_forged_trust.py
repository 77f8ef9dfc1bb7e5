"""On whom a package rests is not for the package alone to say; and no event hides behind another's id."""

from pathlib import Path
from uuid import UUID

import pytest

from evidence.package.verify import Wrong, checkpoint_of
from evidence.signing import Cosigner
from tests.evidence.package.made import (
    KEYS,
    LOG,
    LOG_ML_DSA,
    RECORD,
    WITNESS,
    made_log,
    packed,
    resign,
    unpack,
    verify,
)

W = f"witness w {WITNESS.verifier}"


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(f"witness w {LOG.verifier}\nquorum w\n", id="the log's own key"),
        pytest.param(f"witness w {LOG_ML_DSA.verifier}\nquorum w\n", id="the log's other key"),
        pytest.param(
            f"{W}\nwitness v {WITNESS.verifier}\ngroup g 2 w v\nquorum g\n", id="one key, two names"
        ),
        pytest.param(f"{W}\ngroup g 2 w w\nquorum g\n", id="one name, twice"),
        pytest.param(
            f"{W}\ngroup a 1 w\ngroup b 1 w\ngroup g 2 a b\nquorum g\n", id="one name, in two groups"
        ),
        pytest.param(f"{W}\ngroup g 0 w\nquorum g\n", id="a group of which none need sign"),
        pytest.param(f"{W}\ngroup g -1 w\nquorum g\n", id="fewer than none"),
    ],
)
def test_a_package_makes_up_no_witnesses(tmp_path: Path, policy: str) -> None:
    """Also with keys that the reader has, the operator says which of them are witnesses."""
    mine = tmp_path / "keys"
    mine.write_text("".join(f"{one.verifier}\n" for one in (*KEYS, WITNESS)))
    contents = made_log().contents(cosigners=[WITNESS], policy=policy.encode())

    checked = verify(unpack(packed(contents), tmp_path / "bag"), "--keys", str(mine))

    assert not checked.holds


def test_a_witness_with_a_key_and_a_name_of_its_own_still_counts(tmp_path: Path) -> None:
    assert isinstance(WITNESS, Cosigner)
    contents = made_log().contents(cosigners=[WITNESS], policy=f"{W}\ngroup g all w\nquorum g\n".encode())

    assert "the witnesses w." in verify(unpack(packed(contents), tmp_path / "bag")).text


def test_two_events_of_one_id_are_refused(tmp_path: Path) -> None:
    """Or else what the first commits to would be neither shown nor said to be withheld."""
    log = made_log()
    log.add(RECORD, {"told": "twice"}, event=str(UUID(int=1001)))
    bag = unpack(packed(log.contents()), tmp_path / "bag")
    parts = bag / "data" / "parts.ndjson"
    lines = parts.read_bytes().splitlines(keepends=True)
    of_that_id = [line for line in lines if str(UUID(int=1001)).encode() in line]
    parts.write_bytes(b"".join(line for line in lines if line not in of_that_id[:2]))
    resign(bag)

    assert not verify(bag).holds


@pytest.mark.parametrize("size", [b"+1", b"1_0", b" 1", b"01", b"-1", b""])
def test_a_size_has_one_spelling(size: bytes) -> None:
    with pytest.raises(Wrong):
        checkpoint_of(b"log.example\n%b\n%b\n" % (size, b"A" * 43 + b"="))
