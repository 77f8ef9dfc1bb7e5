"""How far a verification came, in a file: one of years of events that was killed goes on from there."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from store.proof.verify.events import Counted
from store.proof.verify.findings import Finding, Found


@dataclass
class Kept:
    """What is done of a log up to a position, in a file; None: it is kept nowhere.

    The file has a line of JSON for each part: what that added, so that a log in which everything is wrong is
    not written again with every part. Its first line says of which log it is, and all that went before.
    """

    path: Path | None
    log: tuple[str, int, bool]
    upto: int
    reached: int = 0
    counted: Counted = field(default_factory=Counted)
    found: Found = field(default_factory=Found)

    @classmethod
    def begin(cls, path: Path | None, log: tuple[str, int, bool], upto: int) -> "Kept":
        """Go on with what the file says of this log, or begin.

        log: origin, number, and whether its content is opened.
        """
        lines = list(_lines(path)) if path is not None and path.exists() else []
        if not lines or lines[0].get("log") != [*log]:
            lines = []
        kept = cls(path, log, lines[0]["upto"] if lines else upto)
        for line in lines:
            kept._take(line)
        kept._write_whole()
        return kept

    def add(self, reached: int, counted: Counted, findings: Sequence[Finding]) -> None:
        """Note what is done up to a position."""
        self._count(reached, counted)
        new = self.found.add(findings)
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(reached, counted, new))

    def end(self) -> None:
        """It is all done: the next run begins anew."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)

    def _count(self, reached: int, counted: Counted) -> None:
        self.reached = reached
        self.counted.events += counted.events
        self.counted.erased += counted.erased

    def _take(self, line: dict[str, Any]) -> None:  # Any: as it was written here
        if "counted" in line:
            self._count(line["reached"], Counted(**line["counted"]))
            self.found.add([_finding(one) for one in line["findings"]], line.get("more"))

    def _write_whole(self) -> None:
        """All so far in one line, in the place of what was there: its last line may have been cut off."""
        if self.path is not None:
            beside = self.path.with_suffix(".new")
            first = _line(self.reached, self.counted, self.found, log=self.log, upto=self.upto)
            beside.write_text(first, encoding="utf-8")
            beside.replace(self.path)


def _lines(path: Path) -> Iterator[dict[str, Any]]:  # Any: as it was written here
    """Those that are whole."""
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                told = json.loads(line)
            except ValueError:
                return
            if not isinstance(told, dict):
                return
            yield told


def _line(reached: int, counted: Counted, found: Found, **of: object) -> str:
    told = [[one.kind, one.position, str(one.stream)] for one in found.told]
    line = {**of, "reached": reached, "counted": vars(counted), "findings": told, "more": found.more}
    return json.dumps(line) + "\n"


def _finding(told: list[Any]) -> Finding:  # Any: as it was written here
    kind, position, stream = told
    return Finding(kind, position=position, stream=UUID(stream))
