"""What is done before something is exported: published, witnessed, time-stamped and listed up to now.

As far as it can be: whoever is away, or a log behind its fence, does not keep a package from being made. Its
first page tells how far the word of others reaches.
"""

from contextlib import closing

import psycopg

from domain.errors import RecordError
from evidence.errors import ProofError
from evidence.trust import parse
from store import connect
from store.keys import KeyMissing
from store.proof import checkpoints
from store.proof.cosigning import Collector
from store.proof.fence import Fenced
from store.proof.rows import over
from store.proof.timestamping import AuthorityAway, stamp_newest
from tools.heads import list_heads
from tools.output import say
from tools.publishing import Publishing, publish_once


def make_ready(publishing: Publishing) -> None:
    """Tells what could not be done."""
    for what, step in (
        ("a head list", _list),
        ("the witnesses' word", _witness),
        ("a time-stamp", _stamp),
    ):
        try:
            step(publishing)
        except (Fenced, ProofError, AuthorityAway, KeyMissing, RecordError, OSError, psycopg.Error) as error:
            say(f"without {what} on what is newest: {type(error).__name__}")


def _list(publishing: Publishing) -> None:
    """A list of what is published, and its event published too."""
    publish_once(publishing)
    list_heads(publishing)
    publish_once(publishing)


def _witness(publishing: Publishing) -> None:
    if publishing.witnesses is None:
        return
    trust = parse(publishing.witnesses.read_bytes())
    with (
        closing(connect.plain(publishing.dsn)) as db,
        closing(Collector(trust, publishing.log_no)) as collector,
    ):
        newest = checkpoints.published(over(db), publishing.log_no)
        if newest is not None:
            collector.collect(db, newest)


def _stamp(publishing: Publishing) -> None:
    if publishing.tsa is None:
        return
    with closing(connect.plain(publishing.dsn)) as db:
        stamp_newest(db, publishing.log_no, publishing.tsa)
