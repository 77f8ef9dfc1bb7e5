"""The log of a served county, published up to its newest event."""

from tests.api.served import Served
from tools.publishing import Publishing, publish_once


def publish(served: Served) -> None:
    publish_once(Publishing.of(served.service.settings, served.service.database))
