"""What an institution must remember to decide, and to say who somebody is."""

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypedDict, cast

from domain.time import CHINA
from domain.values import JsonObject, Licence, Occurred, earliest


class Login(TypedDict):
    """A token's issuer and subject."""

    issuer: str
    subject: str


@dataclass
class RoleHeld:
    """A role and the time it is held for; `until` is the last civil day in China."""

    role: str
    since: Occurred
    until: str | None = None

    def is_held(self, now: datetime) -> bool:
        over = self.until is not None and now.astimezone(CHINA).date().isoformat() > self.until
        return earliest(self.since) <= now and not over


@dataclass
class Practitioner:
    """A person who works or worked here."""

    name: str
    licence: Licence | None
    login: Login
    roles: list[RoleHeld] = field(default_factory=list)
    has_left: bool = False

    def holds(self, role: str, now: datetime) -> bool:
        return any(held.role == role and held.is_held(now) for held in self.roles)


@dataclass
class InstitutionState:
    """The fold of an institution's events. Changed by `apply` only."""

    name: str = ""
    kind: str = ""
    code: str = ""
    area: str = ""
    practitioners: dict[str, Practitioner] = field(default_factory=dict)

    def by_login(self, login: Login) -> str | None:
        """The id of the practitioner bound to the login."""
        for practitioner_id, practitioner in self.practitioners.items():
            if practitioner.login == login and not practitioner.has_left:
                return practitioner_id
        return None

    def copy(self) -> "InstitutionState":
        """The same state, to be changed without changing this one."""
        return deepcopy(self)

    def to_json(self) -> JsonObject:
        """For a snapshot; practitioners as a list, since ids are no keys of the canonical profile."""
        plain = cast(JsonObject, asdict(self))
        plain["practitioners"] = [{"id": key, **asdict(held)} for key, held in self.practitioners.items()]
        return plain

    @classmethod
    def from_json(cls, value: JsonObject) -> "InstitutionState":
        """The inverse of to_json; does not keep hold of `value`."""
        plain = cast(dict[str, Any], deepcopy(value))  # written by to_json
        for held in plain["practitioners"]:
            held["roles"] = [RoleHeld(**role) for role in held["roles"]]
        plain["practitioners"] = {held.pop("id"): Practitioner(**held) for held in plain["practitioners"]}
        return cls(**plain)
