"""The log of a served county, published up to its newest event."""

from tests.api.served import Served
from tools.heads import list_heads
from tools.publishing import Publishing, publish_once


def publish(served: Served) -> None:
    publish_once(Publishing.of(served.service.settings, served.service.database))


def publish_listed(served: Served) -> None:
    """With a head list of all that was there."""
    publish(served)
    list_heads(Publishing.of(served.service.settings, served.service.database))
    publish(served)
