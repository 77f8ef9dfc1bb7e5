"""Rows that are none, where claims and what is published are looked at: they stop nothing, and are found.

Of the events themselves `test_insiders_odd_rows` tells.
"""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from domain.ports import Claim
from store.proof import heads
from store.proof.verify.running import verify
from tests.store.logs import path_of
from tests.store.proof import test_insiders, test_insiders_rows
from tests.store.proof.insider import drop_rules
from tests.store.proof.test_insiders import SIZE, World
from tests.store.proof.test_insiders_odd_rows import task_of
from tests.store.proof.test_insiders_rows import World as County

world, county = test_insiders.world, test_insiders_rows.world
TABLES = ("store.event", "store.claim", "proof.tile", "proof.checkpoint")
ODD = [
    "recorded_at = 'infinity'",
    "recorded_at = '12026-11-22'",
    "recorded_at = NULL",
    "version = NULL",
    "topic = NULL",
    "envelope = NULL",
    "envelope = 'x'",
    "leaf_hash = NULL",
    "stream_id = NULL",
    "position = NULL",
]


@pytest.mark.parametrize("with_keys", [True, False])
@pytest.mark.parametrize("odd", ODD)
def test_an_event_that_is_none_hides_no_claim(county: County, odd: str, with_keys: bool) -> None:
    """What is wrong with it is told where events are checked."""
    begins = county.first(county.record, "record.created.v1")
    county.insert(Claim("record-number", "11010100100100042"), county.other, begins)
    drop_rules(county.admin, TABLES)
    change = f"UPDATE store.event SET {odd} WHERE log_no = %s AND position = %s"
    county.execute(change, county.log.log_no, begins, table="event")

    assert ("claim-unmade", county.other, begins) in county.found(with_keys=with_keys)


@pytest.mark.parametrize("column", ["namespace", "value_hash", "position"])
def test_a_claim_without_a_value_is_found(county: County, column: str) -> None:
    drop_rules(county.admin, TABLES)
    county.claim(f"UPDATE store.claim SET {column} = NULL", "record-number", county.record)

    kinds = {kind for kind, _, _ in county.found()}

    assert kinds == ({"claim-place"} if column == "position" else {"claim-unmade", "claim-missing"})


def test_a_key_that_does_not_unwrap_leaves_the_numbers_counted(county: County) -> None:
    with closing(sqlite3.connect(path_of(county.log.keys))) as keys, keys:
        keys.execute("UPDATE content_key SET wrapped = ? WHERE stream = ?", (b"x" * 60, county.record.bytes))
    begins = county.first(county.record, "record.created.v1")
    assert county.found() == []

    county.insert(Claim("record-number", "11010100100100042"), county.record, begins)

    assert county.found() == [("claim-unmade", county.record, begins)]


@pytest.mark.parametrize("position", [3, SIZE])
@pytest.mark.parametrize("odd", ODD)
def test_an_event_that_is_none_is_found_whatever_else_is_looked_at(
    world: World, odd: str, position: int
) -> None:
    """By a second leg, the second place and the claims, too."""
    heads.make(world.db, world.log.log_no, SIZE, with_second_leg=True)
    drop_rules(world.insider.admin, TABLES)
    change = f"UPDATE store.event SET {odd} WHERE log_no = %s AND position = %s"
    world.insider.execute(change, world.log.log_no, position)

    found = whole(world)

    assert found & {"place", "envelope", "leaf", "astray"}
    assert ("head-list" in found) >= ("envelope =" in odd)


@pytest.mark.parametrize(
    "odd",
    [
        "proof.tile SET data = NULL",
        "proof.tile SET data = ''",
        "proof.tile SET data = substr(data, 1, 100)",
        "proof.tile SET root = NULL",
        "proof.tile SET root = ''",
        "proof.tile SET root = substr(root, 1, 31)",
    ],
)
def test_a_tile_that_is_none_is_found(world: World, odd: str) -> None:
    drop_rules(world.insider.admin, TABLES)
    world.insider.execute(f"UPDATE {odd} WHERE log_no = %s", world.log.log_no)

    assert "tile" in whole(world)


@pytest.mark.parametrize("at", ["'infinity'", "'-infinity'", "'12026-11-22'"])
def test_a_checkpoint_of_an_instant_that_no_clock_shows_stops_nothing(world: World, at: str) -> None:
    change = f"UPDATE proof.checkpoint SET made_at = {at}, published_at = {at}"
    world.insider.execute(f"{change} WHERE log_no = %s", world.log.log_no)

    assert whole(world) == set()


def whole(world: World) -> set[str]:
    """The kinds of what is found where everything is looked at."""
    task = replace(task_of(world), is_whole=True, place=world.published.place)
    return {one.kind for one in verify(task).findings}
