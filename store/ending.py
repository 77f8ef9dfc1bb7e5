"""How a process of a pool ends: with the one that started it, however that ended, and not before."""

import multiprocessing
import os
import threading


def end_with_parent() -> None:
    """Let this process end when the one that started it does, however that ended."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
