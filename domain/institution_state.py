"""What an institution must remember to decide, and to say who somebody is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypedDict, cast
from uuid import UUID

from domain.time import CHINA
from domain.values import JsonObject, JsonValue, Licence, Occurred, earliest


class Login(TypedDict):
    """A token's issuer and subject."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class RoleHeld:
    """A role and the time it is held for; `until` is the last civil day in China."""

    role: str
    since: Occurred
    until: str | None = None

    def is_held(self, now: datetime) -> bool:
        over = self.until is not None and now.astimezone(CHINA).date().isoformat() > self.until
        return earliest(self.since) <= now and not over


@dataclass(frozen=True)
class Practitioner:
    """A person who works or worked here. Replaced, never changed: copies of a state share them."""

    name: str
    licence: Licence | None
    login: Login
    roles: tuple[RoleHeld, ...] = ()
    has_left: bool = False
    ended: tuple[RoleHeld, ...] = ()  # roles that were ended, each until the day on which it was
    lapsed: tuple[tuple[str, str], ...] = ()  # last days of former licences, and from when another stood

    def licensed(self, licence: Licence, since: Occurred) -> "Practitioner":
        """With another licence since then."""
        until = self.licence.get("until") if self.licence else None
        former = ((until, _day(since)),) if until else ()
        return replace(self, licence=licence, lapsed=(*self.lapsed, *former))

    def licence_until(self, day: str) -> str | None:
        """The last day of the licence that stood on a day (YYYY-MM-DD); None: it had none."""
        former = (until for until, replaced in self.lapsed if day < replaced)
        return next(former, self.licence.get("until") if self.licence else None)

    def end(self, since: Occurred, *roles: RoleHeld) -> tuple[RoleHeld, ...]:
        """What `ended` is once these roles are."""
        day = _day(since)
        return (*self.ended, *(replace(role, until=min(day, role.until or day)) for role in roles))

    def without(self, role: str) -> tuple[RoleHeld, ...]:
        """The other roles they hold."""
        return tuple(held for held in self.roles if held.role != role)

    def holds(self, role: str, now: datetime) -> bool:
        return any(held.role == role and held.is_held(now) for held in self.roles)


@dataclass
class InstitutionState:
    """The fold of an institution's events. Changed by `apply` only."""

    name: str = ""
    kind: str = ""
    code: str = ""
    area: str = ""
    guided_by: str | None = None  # the centre or township hospital that guides it
    practitioners: dict[str, Practitioner] = field(default_factory=dict)
    unusual: dict[str, str] = field(default_factory=dict)  # findings not reviewed yet → whose accesses

    def by_login(self, login: Login) -> str | None:
        """The id of the practitioner bound to the login."""
        for practitioner_id, practitioner in self.practitioners.items():
            if practitioner.login == login and not practitioner.has_left:
                return practitioner_id
        return None

    def copy(self) -> "InstitutionState":
        """The same state, to be changed without changing this one."""
        return replace(self, practitioners=dict(self.practitioners), unusual=dict(self.unusual))

    def change(self, practitioner: UUID, **changes: object) -> None:
        """Another name, licence, roles … of a person who works here."""
        held = self.practitioners[str(practitioner)]
        self.practitioners[str(practitioner)] = replace(held, **changes)  # type: ignore[arg-type]  # its fields

    def to_json(self) -> JsonObject:
        """For a snapshot; practitioners as a list, since ids are no keys of the canonical profile."""
        plain = cast(JsonObject, {**vars(self)})
        plain["practitioners"] = [
            {
                **{"id": key, **vars(held)},
                **{"roles": _plain(held.roles), "ended": _plain(held.ended)},
                "lapsed": [[*one] for one in held.lapsed],
            }
            for key, held in self.practitioners.items()
        ]
        plain["unusual"] = [list(pair) for pair in self.unusual.items()]
        return plain

    @classmethod
    def from_json(cls, value: JsonObject) -> "InstitutionState":
        """The inverse of to_json."""
        plain = cast(dict[str, Any], {**value})  # written by to_json
        plain["practitioners"] = {one["id"]: _practitioner(one) for one in plain["practitioners"]}
        plain["unusual"] = dict(plain["unusual"])
        return cls(**plain)


def _practitioner(told: Mapping[str, Any]) -> Practitioner:  # Any: as above
    held = {name: tuple(RoleHeld(**role) for role in told[name]) for name in ("roles", "ended")}
    lapsed = tuple((until, replaced) for until, replaced in told["lapsed"])
    rest = {name: value for name, value in told.items() if name != "id"}
    return Practitioner(**rest | held | {"lapsed": lapsed})


def _day(when: Occurred) -> str:
    """The civil day in China on which it began."""
    return earliest(when).astimezone(CHINA).date().isoformat()


def _plain(roles: tuple[RoleHeld, ...]) -> list[JsonValue]:
    return [cast(JsonObject, {**vars(role)}) for role in roles]
