"""Published vectors and synthetic lives, shared beside the checkout and never committed."""

from pathlib import Path

import pytest

TESTDATA = Path(__file__).parents[1].parent / "shared" / "testdata"
EVIDENCE = TESTDATA / "evidence"
SYNTHEA = TESTDATA / "synthea"

needs_testdata = pytest.mark.skipif(
    not TESTDATA.is_dir(), reason="the shared test data is not beside the checkout"
)
