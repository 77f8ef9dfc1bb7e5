"""Replays an access: what was shown is made again, compared by digest, recorded, and only then answered."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from domain.access_stream import RecordRead, RecordReplayed
from domain.acts import make
from domain.document_errors import DocumentLost
from domain.document_port import DocumentStore
from domain.errors import NotAvailable
from domain.gate import Gate, Pass, denied
from domain.notices import deferred, is_told
from domain.personal import BASIC
from domain.ports import Recorded, RecordRenderer
from domain.record import Record
from domain.record_documents import OpenDocument
from domain.redeciding import Holds, Redecider
from domain.remaking import Made, Then, made, then
from domain.replay_errors import EditionUnknown, NothingToReplay, ReplayDiffers
from domain.requests import Request
from domain.showing import SHAPE_ONLY, limited
from domain.values import JsonObject, JsonValue

SPEAKING = ("self", "representation")  # bases: the resident, and who speaks for them
TYPES: Final[Mapping[type, str]] = {
    dict: "object",
    list: "list",
    str: "string",
    int: "integer",
    bool: "boolean",
    type(None): "null",
}


@dataclass(frozen=True)
class Replayed:
    """An access made again. sha256: hex, over what was shown then. body: that, or its shape only.

    document: read piece by piece in place of a body. matched: None of an access that showed nothing.
    """

    access: UUID
    edition: str | None
    sha256: str | None
    made_sha256: str | None
    matched: bool | None
    is_shape: bool
    decision: Holds
    recorded_as: UUID
    body: bytes = field(repr=False)
    document: OpenDocument | None = None


class RecordReplays:
    """Access replay. Mixed into `Records`."""

    gate: Gate
    render: RecordRenderer
    documents: DocumentStore

    def replay(self, request: Request, record_id: UUID, access: UUID) -> Replayed:
        """What somebody saw, for the resident, who keeps the record, and auditors, who see its shape.

        Who may not see now all that was shown then is shown the shape, too.
        Raises NotAvailable, NothingToReplay, EditionUnknown, DocumentLost, or ReplayDiffers.
        """

        def attempt() -> Replayed:
            record, passed = self.gate.enter_record(request, "replay", record_id)
            found = self.gate.log.find(record.access_stream, access)
            if found is None or not is_told(found, deferred(record, passed)):
                self.gate.refuse(denied(passed, "access-not-there"), record)
                raise NotAvailable
            try:
                replayed = self._replay(record, passed, found)
            except (NothingToReplay, EditionUnknown, DocumentLost) as error:
                self.gate.refuse(denied(passed, error.code), record)
                raise
            return _agreeing(replayed)

        return self.gate.insist(attempt)

    def replay_as_operator(
        self, request: Request, record_id: UUID, access: UUID, *, content: bool
    ) -> Replayed:
        """An access of whatever kind, made again if it showed anything: the operator's act, recorded.

        Who may call this is the operator's machine account, not the policy. matched is None if nothing was
        shown, or it cannot be made again. content: whether it is to be shown, too, and not its shape.
        """

        def attempt() -> Replayed:
            record = self.gate.log.load(Record, record_id)
            found = self.gate.log.find(record.access_stream, access) if record else None
            if record is None or found is None:
                raise NotAvailable
            passed, remade = self.gate.operate(request, "replay"), None
            if isinstance(found.event, RecordRead):
                with suppress(EditionUnknown, DocumentLost):
                    remade = made(then(self.gate.log, found), self.render, self.documents)
            return record_replay(self.gate, record, passed, found, remade, not content)

        return self.gate.insist(attempt)

    def _replay(self, record: Record, passed: Pass, found: Recorded) -> Replayed:
        if not isinstance(found.event, RecordRead):
            raise NothingToReplay(found.stored.event, found.stored.topic.split(".")[1])
        told = then(self.gate.log, found)
        is_shape = SHAPE_ONLY in passed.decision.obligations or not _may_see(self.gate, record, passed, told)
        return record_replay(
            self.gate, record, passed, found, made(told, self.render, self.documents), is_shape
        )


def record_replay(
    gate: Gate, record: Record, passed: Pass, found: Recorded, remade: Made | None, is_shape: bool
) -> Replayed:
    """Write down that the access was replayed, if the record is still the one decided on."""
    sha256 = found.event.body_sha256 if isinstance(found.event, RecordRead) else None
    matched = remade.sha256 == sha256 if remade else None
    decision = Redecider(gate.log).again(found, record.id).holds
    replayed = Replayed(
        found.stored.event,
        remade.edition if remade else None,
        sha256,
        remade.sha256 if remade else None,
        matched,
        is_shape,
        decision,
        gate.new_id(),
        _shown(remade, is_shape) if remade and matched else b"",
        remade.document if remade and matched and not is_shape else None,
    )
    event = make(
        RecordReplayed,
        replace(gate.act(passed), event_id=replayed.recorded_as),
        record.access_stream,
        0,
        record=record.id,
        basis=passed.decision.basis,
        rules=list(passed.decision.rules),
        access=replayed.access,
        view=replayed.edition,
        body_sha256=sha256,
        made_sha256=replayed.made_sha256,
        matched=matched,
        is_shape=is_shape,
        decision=decision,
        cites=getattr(found.event, "cites", None),
    )
    gate.log.append([event], at_end=[record.access_stream], conditions={record.id: record.version})
    return replayed


def _agreeing(replayed: Replayed) -> Replayed:
    """Raises ReplayDiffers."""
    if not replayed.matched:
        raise ReplayDiffers(
            replayed.access, str(replayed.sha256), str(replayed.made_sha256), replayed.recorded_as
        )
    return replayed


def _may_see(gate: Gate, record: Record, passed: Pass, told: Then) -> bool:
    """Whether all that was shown then may be shown to this caller now.

    What turned out to be another resident's is for who keeps the record: they put it right.
    """
    now, shown = limited(gate, record, passed), told.query
    masked = now.masked - record.state.masked
    if passed.decision.basis in SPEAKING:
        masked = now.masked
    state = told.record.state
    parts = {key: one.kind for key, one in state.entries.items()} | dict.fromkeys(state.links, BASIC)
    told_then = ((UUID(key), kind) for key, kind in parts.items())
    visible = [(key, kind) for key, kind in told_then if shown.shows(kind) and key not in shown.masked]
    if not now.closed.leaves_out_no_more_than(shown.closed, {kind for _, kind in visible}):
        return False
    return all(now.shows(kind) and key not in masked for key, kind in visible)


def _shown(remade: Made, is_shape: bool) -> bytes:
    if not is_shape:
        return remade.body
    shape: JsonValue = "bytes" if remade.document else shape_of(json.loads(remade.body))
    return json.dumps(shape, sort_keys=True, separators=(",", ":")).encode()


def shape_of(view: JsonObject) -> JsonObject:
    """What a view has, by name and type, and no deeper.

    The fields of an entry would tell its form, and the length of a list that there is one.
    """
    return {name: TYPES[type(value)] for name, value in view.items()}
