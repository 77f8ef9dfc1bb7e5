"""The policy as data: named rules, what they look at, and a digest that tells any change.

An edition is adopted on the log's own stream as JSON, so that a decision of its day can be made again years
later, whatever the rules say by then (`Policy.parse`).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, cast

from domain.values import JsonObject, RuleRef, digest

PURPOSES = (
    "care",
    "emergency",
    "management",
    "assessment",
    "public_health",
    "research",
    "insurance",
    "legal",
    "self",
    "audit",
)
# What somebody who opened an emergency sees although the resident keeps it to themselves.
LIFE_SAVING = ("basic-information", "problems", "allergies", "medications", "immunizations")


@dataclass(frozen=True)
class Rule:
    """One rule as data. Empty roles, actions or purposes: any. All conditions of `when` must hold.

    roles: the actor holds one of them now. obligations: what an act allowed by the rule must observe.
    """

    id: str
    effect: Literal["allow", "deny"]
    roles: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    basis: str = ""
    obligations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """A named edition of the rules."""

    name: str
    edition: str
    rules: tuple[Rule, ...]
    purposes: tuple[str, ...] = PURPOSES
    commercial: tuple[str, ...] = ("commercial", "marketing", "advertising", "sale")
    life_saving: tuple[str, ...] = LIFE_SAVING

    @cached_property
    def ref(self) -> RuleRef:
        """Name, edition and SHA-256 of the policy as canonical JSON."""
        return RuleRef(name=self.name, edition=self.edition, digest=digest(self.description))

    @property
    def description(self) -> JsonObject:
        return cast(JsonObject, _listed(asdict(self)))

    @classmethod
    def parse(cls, description: JsonObject) -> "Policy":
        """The inverse of `description`. Raises TypeError or KeyError for what is none."""
        told = cast("dict[str, Any]", description)  # Any: as JSON has it; the shapes are those of the fields
        rules = tuple(Rule(**_kept(one)) for one in told["rules"])
        return cls(**{**_kept(told), "rules": rules})

    def for_action(self, action: str) -> tuple[Rule, ...]:
        """The rules that say anything about the action, in order; found once for each action."""
        found = self._by_action.get(action)
        if found is None:
            found = tuple(rule for rule in self.rules if not rule.actions or action in rule.actions)
            self._by_action[action] = found
        return found

    @cached_property
    def _by_action(self) -> dict[str, tuple[Rule, ...]]:
        return {}


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:  # Any: as above
    return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


def _listed(value: object) -> object:
    """Tuples as JSON lists, all the way down."""
    if isinstance(value, Mapping):
        return {name: _listed(one) for name, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value
