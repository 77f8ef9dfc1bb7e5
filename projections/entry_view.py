"""An entry as a view shows it: how it stands, what it says, and every step by which it came to that."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from domain.acts import Event
from domain.entries import KINDS, until_its_end
from domain.ports import Stored
from domain.values import FormRef, JsonObject, Occurred, earliest
from projections.record_lists import Shape


@dataclass
class EntryView:
    """An entry as it stands, and every step it came by."""

    kind: str
    first: Stored
    occurred: Occurred
    form: FormRef
    content: JsonObject
    steps: list[Shape] = field(default_factory=list)
    status: str = "active"  # active, corrected, retracted
    state: str = "active"  # as what follows the entry moves it
    is_external: bool = False  # from an institution that did not keep the record then
    filed: Stored | None = None

    def step(self, name: str, event: Event, stored: Stored, **more: object) -> None:
        self.steps.append({"step": name, "event": str(stored.event), **circumstances(event, stored), **more})

    def to_json(self, *, valid_at: datetime | None, with_data: bool) -> Shape:
        """`history` only where there is more than the recording: most entries are never touched again."""
        recorded = self.steps[0]
        steps = [self._step_at(valid_at, step) for step in self.steps] if len(self.steps) > 1 else []
        history = [_slim(step, with_data) for step in steps]
        return {
            "id": str(self.first.event),
            "version": self.first.version,
            "recorded_at": recorded["recorded_at"],
            "occurred": dict(self.occurred),
            "who": recorded["who"],
            "cause": recorded["cause"],
            "form": dict(self.form),
            "status": self.status,
            "state": self._state_at(valid_at),
            "filing": self._filing(),
            "content": _without_data(dict(self.true_at(valid_at)), with_data),
            "history": history,
        }

    def _state_at(self, instant: datetime | None) -> str:
        """The state, at an instant without what followed after it."""
        if instant is None:
            return self.state
        states = [step for step in self.steps if "state" in step and _occurred_by(step, instant)]
        return str(states[-1]["state"]) if states else KINDS[self.kind].begins

    def _filing(self) -> Shape:
        """Whether a record manager has taken it in, and how long that took (whole seconds)."""
        if KINDS[self.kind].is_about_access:
            return {"standing": "not-filed"}  # nobody takes it in: it counts as it was said
        if self.filed is None:
            return {"standing": "external" if self.is_external else "draft"}
        delay = self.filed.recorded_at - self.first.recorded_at
        return {"standing": "filed", "delay_s": int(delay.total_seconds())}

    def _step_at(self, instant: datetime | None, step: Shape) -> Shape:
        """A step of the history, without an end that came after the instant."""
        content = step.get("content")
        if instant is None or not isinstance(content, dict):
            return step
        return {**step, "content": until_its_end(self.kind, content, instant)}

    def true_at(self, instant: datetime | None) -> JsonObject:
        """The content; at an instant without the end that came after it."""
        return self.content if instant is None else until_its_end(self.kind, self.content, instant)


def _occurred_by(step: Shape, instant: datetime) -> bool:
    return earliest(cast(Occurred, step["occurred"])) <= instant


def circumstances(event: Event, stored: Stored) -> Shape:
    """Who, when and why, as every part of the view tells it."""
    return {
        "version": stored.version,
        "recorded_at": instant_text(stored.recorded_at),
        "occurred": dict(event.occurred),
        "who": dict(event.who),
        "cause": event.cause,
        "purpose": event.purpose,
    }


def _slim(step: Shape, with_data: bool) -> Shape:
    content = step.get("content")
    return {**step, "content": _without_data(content, with_data)} if isinstance(content, dict) else step


def _without_data(content: Shape, with_data: bool) -> Shape:
    """A document without its bytes; its length and hashes stay."""
    return content if with_data else {name: value for name, value in content.items() if name != "data"}


def instant_text(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
