"""Published vectors and synthetic lives, shared beside the checkout and never committed."""

from pathlib import Path

import pytest

TESTDATA = Path(__file__).parents[1].parent / "shared" / "testdata"
EVIDENCE = TESTDATA / "evidence"
SYNTHEA = TESTDATA / "synthea"
VECTORS = Path(__file__).parent / "vectors"  # the small ones, committed: SOURCES.md tells where each is from

needs_testdata = pytest.mark.skipif(
    not TESTDATA.is_dir(), reason="the shared test data is not beside the checkout"
)
