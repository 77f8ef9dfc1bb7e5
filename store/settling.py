"""Garbage collection of a process that works for long, once its code is loaded."""

import gc

# Full collections walk every cached key and form again and cost a tenth of the CPU; what is loaded at the
# start stays anyway. Reference counting frees nearly everything else, so young collections may be rarer too.
THRESHOLDS = (100_000, 50, 1000)


def settle() -> None:
    """Take what lives now out of garbage collection for good, and collect the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
