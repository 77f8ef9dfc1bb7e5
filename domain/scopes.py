"""SMART App Launch 2.2 scopes as an upper bound: what a token lets its client do at most.

A scope such as `user/Observation.rs` names a context, a resource type and the interactions c(reate), r(ead),
u(pdate), d(elete), s(earch). It never permits by itself: the policy decides, and then the scope may still be
too narrow. Tokens without a scope claim are bounded by the policy alone. A `patient/` scope is about one
patient; no launch tells us whom, so it covers what somebody asks of their own record, and nothing else.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Za-z]+)\.(\*|read|write|c?r?u?d?s?)(\?.*)?", re.ASCII)
FIRST_EDITION: Mapping[str, str] = {"read": "rs", "write": "cud", "*": "cruds"}  # SMART v1 names

# What each action needs; an action that is not named here needs "u".
NEEDS: Mapping[str, str] = {
    "read": "r",
    "read-events": "r",
    "read-accesses": "r",
    "read-trail": "r",
    "replay": "r",
    "export-evidence": "r",
    "read-history": "rs",
    "issue-summary": "r",
    "list": "s",
    "search": "s",
    "read-roster": "s",
    "read-tasks": "s",
    "count": "s",
    "find-source": "s",
    "create": "c",
    "contribute": "c",
    "add-entry": "c",
    "apply": "c",
    "break-glass": "c",
    "refuse-registration": "c",
}
RESOURCES = ("*", "Patient")  # the whole record is about one patient: what is narrower does not reach it


def covers(scopes: frozenset[str], action: str, *, is_own: bool = False) -> bool:
    """Whether the scopes together let the action be asked for. What is no SMART scope covers nothing.

    is_own: of their own record, or that of the resident for whom they speak.
    """
    allowed = {letter for one in scopes for letter in _interactions(one, is_own)}
    return allowed.issuperset(NEEDS.get(action, "u"))


@lru_cache(maxsize=1024)
def _interactions(scope: str, is_own: bool) -> frozenset[str]:
    """The interactions that a scope allows on the whole record. One with a search parameter allows none."""
    found = SCOPE.fullmatch(scope)
    if found is None or found[2] not in RESOURCES or found[4] or (found[1] == "patient" and not is_own):
        return frozenset()
    return frozenset(FIRST_EDITION.get(found[3], found[3]))
