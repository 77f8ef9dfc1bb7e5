"""Decisions of our policy against Cedar's, on the same questions under the same rules, both on one core.

Each is spared what it can be: our questions are made beforehand; Cedar's policies are parsed and its requests
made beforehand too, and the entities are none. `cedar` asks them one by one, as a service does; `cedar_batch`
all in one call; `cedar_text` as Cedar's documentation begins, with the text of the policies in every call.
Before any of it is measured, both answer every question and must agree.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cedarpy

from domain.access import decide
from tools.bench.access_cases import Asked, context, draw
from tools.bench.measure import Cell

CASES = 1_000
POLICIES = Path(__file__).parent / "data" / "access.cedar"
NOBODY = cedarpy.Entities.from_json_str("[]")
FEW = 50  # of the slowest contestant in each round
Request = dict[str, object]


class Disagreement(AssertionError):
    """Cedar and our policy answer a question differently: one of the two says something else."""


def measure(rounds: int) -> dict[str, Cell]:
    """Decisions per second of each contestant, in interleaved rounds. Raises Disagreement."""
    asked = draw(CASES)
    text = POLICIES.read_text(encoding="utf-8")
    policies, requests = cedarpy.PolicySet.from_str(text), [request_of(one) for one in asked]
    agree(asked, policies, requests)
    texts = [{**one, "context": json.dumps(one["context"])} for one in requests]  # quicker in batches
    contestants: Mapping[str, tuple[Callable[[], object], int]] = {
        "decide": (lambda: _decide(asked), CASES),
        "cedar": (lambda: _ask_cedar(requests, policies), CASES),
        "cedar_batch": (lambda: cedarpy.is_authorized_batch(texts, policies, NOBODY), CASES),
        "cedar_text": (lambda: _ask_cedar(requests[:FEW], text), FEW),
    }
    cells = {name: Cell() for name in contestants}
    for _ in range(rounds):
        for name in random.sample(list(contestants), k=len(contestants)):
            act, decisions = contestants[name]
            cells[name].run_many(act, decisions)
    return cells


def agree(asked: Sequence[Asked], policies: cedarpy.PolicySet, requests: Sequence[Request]) -> None:
    """Raises Disagreement where the two answer differently, or Cedar could not work out a policy."""
    for one, request in zip(asked, requests, strict=True):
        theirs = cedarpy.is_authorized(request, policies, NOBODY)
        ours = decide(one.actor, one.action, one.facts, one.purpose, one.now)
        if theirs.allowed != ours.allowed or theirs.diagnostics.errors:
            raise Disagreement(f"{one}: {ours.rules} against {theirs.diagnostics.reasons}")


def _decide(asked: Sequence[Asked]) -> None:
    for one in asked:
        decide(one.actor, one.action, one.facts, one.purpose, one.now)


def _ask_cedar(requests: Sequence[Request], policies: cedarpy.PolicySet | str) -> None:
    for one in requests:
        cedarpy.is_authorized(one, policies, NOBODY)


def request_of(one: Asked) -> Request:
    """The question in the words of Cedar."""
    return {
        "principal": {"type": "User", "id": str(one.actor.id or "resident")},
        "action": {"type": "Action", "id": one.action},
        "resource": {"type": "Record", "id": str(one.facts.record)},
        "context": dict(context(one)),
    }
