"""Something that is done over and over in a thread of this process, inside `with`."""

import threading
from abc import ABC, abstractmethod
from typing import Self


class Working(ABC):
    """Works in a thread from entering to leaving; leaving waits until what is under way is finished."""

    def __init__(self, name: str) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *told: object) -> None:
        self._stopping.set()
        self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Work until `_stopping` is set, whatever breaks."""
