"""Whatever was once stored is read by every later release: one event of each topic, kept as it was stored."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from store.mapper import class_of, parts_of, revived, topics
from tests.store.released import happened, released


def test_of_every_topic_an_event_is_kept() -> None:
    missing = set(happened()) - set(released())

    assert not missing, f"python -m tests.store.released keeps one of each: {sorted(missing)}"
    assert set(topics()) <= set(released())


@pytest.mark.parametrize("topic", sorted(released()))
def test_a_kept_event_is_read_and_says_what_it_said(topic: str) -> None:
    parts = {name: text.encode() for name, text in released()[topic].items()}
    at = datetime(2026, 11, 22, tzinfo=UTC)

    event = revived(
        class_of(topic), UUID(int=1), 1, at, UUID(int=2), parts["body"], orjson.loads(parts["who"])
    )

    said = {name: orjson.loads(value) for name, value in parts_of(event).items()}
    for name, kept in parts.items():
        assert {**said[name], **orjson.loads(kept)} == said[name]
    later = said["body"].keys() - orjson.loads(parts["body"]).keys()
    assert all(not said["body"][field] for field in later)  # fields that came later have their defaults
