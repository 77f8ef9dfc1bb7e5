"""How far a verification came, in a file: one of years of events that was killed goes on from there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from store.proof.verify.events import Counted
from store.proof.verify.findings import Finding


@dataclass
class Kept:
    """What is done of a log up to a position, in a file that is replaced whole; None: it is kept nowhere."""

    path: Path | None
    log: tuple[str, int, bool]
    upto: int
    reached: int = 0
    counted: Counted = field(default_factory=Counted)
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def begin(cls, path: Path | None, log: tuple[str, int, bool], upto: int) -> "Kept":
        """Go on with what the file says of this log, or begin.

        log: origin, number, and whether its content is opened.
        """
        told = json.loads(path.read_text(encoding="utf-8")) if path is not None and path.exists() else {}
        if told.get("log") != [*log]:
            return cls(path, log, upto)
        findings = [_finding(one) for one in told["findings"]]
        return cls(path, log, told["upto"], told["reached"], Counted(**told["counted"]), findings)

    def add(self, reached: int, counted: Counted, findings: Sequence[Finding]) -> None:
        """Note what is done up to a position."""
        self.reached = reached
        self.counted.events += counted.events
        self.counted.erased += counted.erased
        self.findings += findings
        if self.path is not None:
            beside = self.path.with_suffix(".new")
            beside.write_text(json.dumps(self._told()), encoding="utf-8")
            beside.replace(self.path)

    def end(self) -> None:
        """It is all done: the next run begins anew."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _told(self) -> dict[str, object]:
        return {
            "log": self.log,
            "upto": self.upto,
            "reached": self.reached,
            "counted": vars(self.counted),
            "findings": [[one.kind, one.position, str(one.stream)] for one in self.findings],
        }


def _finding(told: list[Any]) -> Finding:  # Any: as it was written here
    kind, position, stream = told
    return Finding(kind, position=position, stream=UUID(stream))
