"""Who may look after the views over HTTP. What is done to them is no event: they are folded from events."""

from domain.access import Facts
from domain.gate import Gate
from domain.requests import Request


class ViewCommands:
    """Mixed into `Records`."""

    gate: Gate

    def operate_views(self, request: Request) -> None:
        """Let administrators see how far the views are, and have them built anew.

        Raises CallerUnknown, PurposeRefused, NotPermitted: a refusal is written down with their institution.
        """
        self.gate.enter(request, "operate-views", Facts())
