"""Ends the embedded server when our process is gone, by `kill -9` too.

A parent-death signal would not do: it is tied to the thread that started the server, and is dropped when
the process changes its identity, as it does on its way into a user namespace.
"""

import os
import subprocess
from pathlib import Path

# Reads the server's pid, then waits for the end of its standard input, which comes with the end of our
# process. The pid is compared with the server's own file: a number may have been given to another process.
SCRIPT = """
read -r pid || exit 0
read -r _
running() { [ "$(head -n 1 "$1/postmaster.pid" 2>/dev/null)" = "$pid" ] && kill -0 "$pid" 2>/dev/null; }
running "$1" && kill -INT "$pid"
waited=0
while running "$1" && [ "$waited" -lt 60 ]; do sleep 1; waited=$((waited + 1)); done
running "$1" && kill -QUIT "$pid"
"""


class Guard:
    """A shell that waits for our end, in a session of its own so that it survives a signal to our group."""

    def __init__(self, cluster: Path) -> None:
        reading, self._writing = os.pipe()  # neither end is inherited by other children
        try:
            self._shell = subprocess.Popen(  # noqa: S603 - a constant script and our own folder
                ["/bin/sh", "-c", SCRIPT, "postgres-guard", str(cluster)],
                cwd="/",
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(reading)

    def watch(self, pid: int) -> None:
        """The server to end; said once."""
        os.write(self._writing, b"%d\n" % pid)

    def dismiss(self) -> None:
        """The server has ended, or another guard watches the next one."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._writing)
