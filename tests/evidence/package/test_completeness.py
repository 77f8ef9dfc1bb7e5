"""What is left out at the end of a stream is found up to the head list; who speaks for the rest is said."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evidence import canonical
from evidence.package.contents import Contents
from tests.evidence.package.made import (
    ACCESSES,
    OWN,
    RECORD,
    MadeLog,
    body,
    cut_tail,
    made_log,
    packed,
    resign,
    run_by_hand,
    unpack,
    verify,
)

LISTED = 23  # events of the log when the list was made


def listed(log: MadeLog | None = None, later: int = 3) -> Contents:
    """Of a log in which a list was told, and the record went on afterwards."""
    log = log or made_log(LISTED)
    tell = log.list_heads()
    for number in range(later):
        log.add(RECORD, body(100 + number))
    return replace(log.contents(), listed=tell())


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return unpack(packed(listed()), tmp_path)


def test_it_says_up_to_where_nothing_was_left_out_and_who_speaks_for_the_rest(bag: Path) -> None:
    checked = verify(bag)

    assert checked.holds, checked.text
    assert f"Complete up to event {LISTED} of the log: record {RECORD}, accesses {ACCESSES}." in checked.text
    assert f"From event {LISTED + 1} on the signed scope alone speaks" in checked.text
    assert f"shown to be whole up to event {LISTED}" in (bag / "data" / "report.html").read_text()
    assert OWN not in (bag / "data" / "events.ndjson").read_text()
    assert "who" not in (bag / "data" / "heads" / "part.ndjson").read_text()


def test_the_commands_of_the_manual_say_the_same(bag: Path) -> None:
    done = run_by_hand(bag)

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"complete up to event {LISTED}: {RECORD}" in done.stdout
    assert f"complete up to event {LISTED}: {ACCESSES}" in done.stdout


def test_a_tail_that_is_cut_before_the_size_of_the_list_is_found_whoever_signs(bag: Path) -> None:
    """Every list made and signed anew by the operator; what came after the list, only the scope tells."""
    cut_tail(bag, 3)
    assert verify(bag).holds
    cut_tail(bag)

    checked = verify(bag)

    assert not checked.holds
    assert "were listed, and not all of them are here" in checked.text
    assert run_by_hand(bag).returncode != 0


def test_it_is_seen_that_the_proof_was_left_out_with_the_tail(bag: Path) -> None:
    """Then nothing is said to be complete of that stream."""
    cut_tail(bag, 4)
    (bag / "data" / "heads" / f"{ACCESSES}.json").unlink()
    resign(bag)
    assert not verify(bag).holds  # the scope still tells of the list
    place = bag / "data" / "scope.json"
    scope = json.loads(place.read_bytes())
    for one in scope["streams"]:
        one["complete_up_to"] = None if one["stream"] == ACCESSES else one["complete_up_to"]
    place.write_bytes(canonical.encode(scope))
    resign(bag)

    checked = verify(bag)

    assert f"Complete up to event {LISTED} of the log: record {RECORD}." in checked.text, checked.text
    assert f"No head list for accesses {ACCESSES}: the signed scope alone speaks" in checked.text


@pytest.mark.parametrize("value", ["events", "leaf", "index", "key", "streams", "proof", "bucket_proof"])
def test_a_head_that_is_not_the_one_listed_is_found(bag: Path, value: str) -> None:
    place = bag / "data" / "heads" / f"{RECORD}.json"
    told = json.loads(place.read_bytes())
    holder = told if value in told else told["shown"][0]
    changed = {"events": 1, "index": 1, "streams": 2, "leaf": holder.get("key"), "key": holder.get("leaf")}
    holder[value] = changed.get(value) or [told["bucket_proof"][0]]
    place.write_bytes(canonical.encode(told))
    resign(bag)

    assert not verify(bag).holds
    if value != "key":  # which is made from the stream by hand
        assert run_by_hand(bag).returncode != 0


@pytest.mark.parametrize("change", ["root", "size", "another event", "no proof", "a file more"])
def test_a_list_that_the_log_did_not_tell_is_found(bag: Path, change: str) -> None:
    folder = bag / "data" / "heads"
    part, event, proof = folder / "part.ndjson", folder / "event.ndjson", next(folder.glob("*.tlog-proof"))
    if change in ("root", "size"):
        told = part.read_text()
        number = str(LISTED) if change == "size" else told.split('\\"root\\":\\"')[1][:64]
        part.write_text(told.replace(number, "20" if change == "size" else "0" * 64))
    elif change == "another event":
        event.write_bytes((bag / "data" / "events.ndjson").read_bytes().splitlines(keepends=True)[0])
    elif change == "no proof":
        proof.unlink()
    else:
        (folder / f"{OWN}.json").write_text("{}")
    resign(bag)

    assert not verify(bag).holds


def test_an_old_list_does_not_pass_for_one_of_later(tmp_path: Path) -> None:
    """The heads of one list under the root of another."""
    log = made_log(LISTED)
    first, second = log.list_heads(), log.list_heads()
    contents = replace(log.contents(), listed=replace(first(), event=second().event))

    assert not verify(unpack(packed(contents), tmp_path)).holds


def test_a_package_without_a_list_verifies_and_says_so(tmp_path: Path) -> None:
    bag = unpack(packed(made_log().contents()), tmp_path)

    checked = verify(bag)

    assert checked.holds
    assert "completeness: not shown: no head list" in checked.text
    assert f"No head list for record {RECORD}, accesses {ACCESSES}: the signed scope alone" in checked.text
    assert not (bag / "data" / "heads").exists()
    assert run_by_hand(bag).returncode == 0


@pytest.mark.parametrize("kept", [slice(1, None), slice(None, 3)], ids=["from later on", "up to earlier"])
def test_of_a_stream_that_is_shown_in_part_the_list_tells_nothing(tmp_path: Path, kept: slice) -> None:
    """Not even how many events there are that are not shown."""
    contents = listed()
    events = list(contents.events)
    record = [one for one in events if f'"{RECORD}"'.encode() in one.envelope][kept]
    accesses = [one for one in events if f'"{ACCESSES}"'.encode() in one.envelope]
    chosen = sorted([*record, *accesses], key=lambda one: one.index)

    bag = unpack(packed(replace(contents, events=chosen)), tmp_path)

    checked = verify(bag)
    assert checked.holds, checked.text
    assert f"No head list for record {RECORD}:" in checked.text
    assert not (bag / "data" / "heads" / f"{RECORD}.json").exists()
    assert (bag / "data" / "heads" / f"{ACCESSES}.json").exists()
