"""What a verification keeps of itself: it grows by what is new, and whoever goes on knows what was found."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from store.proof.verify.events import Counted
from store.proof.verify.findings import Finding, Kind
from store.proof.verify.kept import Kept

LOG = ("log.example", 1, True)
STREAM = UUID(int=7)
EVENTS, PARTS = 100, 8


def wrong(part: int, kind: Kind = "content") -> list[Finding]:
    """Every event of a part."""
    return [Finding(kind, position=part * EVENTS + one, stream=STREAM) for one in range(1, EVENTS + 1)]


def go_on(kept: Kept, part: int) -> None:
    kept.add((part + 1) * EVENTS, Counted(EVENTS, erased=1), wrong(part))


def state(kept: Kept) -> tuple[object, ...]:
    return kept.upto, kept.reached, kept.counted, kept.found.told, kept.found.more


def test_a_part_adds_what_it_found_and_writes_nothing_again(tmp_path: Path) -> None:
    path, before = tmp_path / "kept", b""
    kept = Kept.begin(path, LOG, PARTS * EVENTS)
    added = set[int]()
    for part in range(PARTS):
        go_on(kept, part)
        now = path.read_bytes()
        assert now.startswith(before)
        added.add(len(now) - len(before) if before else 0)
        before = now

    assert max(added) < 2 * EVENTS * len('["content", 1000, ""], ' + str(STREAM))
    assert state(Kept.begin(path, LOG, 5)) == state(kept)


def test_whoever_was_killed_while_writing_goes_on_at_the_part_before(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    kept = Kept.begin(path, LOG, PARTS * EVENTS)
    go_on(kept, 0)
    whole, expected = path.read_bytes(), state(Kept.begin(path, LOG, 5))
    path.write_bytes(whole)
    go_on(kept, 1)
    longer = path.read_bytes()

    for cut in range(len(whole), len(longer) - 2, 97):
        path.write_bytes(longer[:cut])
        again = Kept.begin(path, LOG, 5)
        assert state(again) == expected
        go_on(again, 1)
        assert state(Kept.begin(path, LOG, 5)) == state(kept)


@pytest.mark.parametrize("other", [("log.example", 2, True), ("log.example", 1, False)])
def test_of_another_log_or_with_other_keys_it_is_begun_anew(
    tmp_path: Path, other: tuple[str, int, bool]
) -> None:
    go_on(Kept.begin(tmp_path / "kept", LOG, EVENTS), 0)

    begun = Kept.begin(tmp_path / "kept", other, 5)

    assert state(begun) == (5, 0, Counted(), [], {})


def test_where_everything_is_wrong_the_first_are_told_and_the_others_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.proof.verify.findings.MOST", 150)
    path = tmp_path / "kept"
    for part in range(PARTS):
        kept = Kept.begin(path, LOG, PARTS * EVENTS)
        go_on(kept, part)
    kept.found.add([*wrong(0), *wrong(0, "leaf"), *wrong(0, "leaf")])

    told = [(one.kind, one.position) for one in kept.found.told]
    assert told == [*(("content", at) for at in range(1, 151)), *(("leaf", at) for at in range(1, 101))]
    assert kept.found.more == {"content": PARTS * EVENTS - 150}
    assert len(path.read_bytes()) < 150 * 100


def test_a_file_of_an_earlier_release_is_gone_on_with(tmp_path: Path) -> None:
    told = {"log": LOG, "upto": 900, "reached": 40, "counted": {"events": 40, "erased": 2}}
    (tmp_path / "kept").write_text(json.dumps({**told, "findings": [["leaf", 3, str(STREAM)]]}))

    kept = Kept.begin(tmp_path / "kept", LOG, 5)

    assert state(kept) == (900, 40, Counted(40, 2), [Finding("leaf", position=3, stream=STREAM)], {})
