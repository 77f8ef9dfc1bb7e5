"""How a process that lives long is set up once its code is loaded."""

import signal


def stop_in_order() -> None:
    """Let SIGTERM end the process as Ctrl-C does: through every `finally`, the embedded server's included."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
