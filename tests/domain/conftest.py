"""What the tests of the application share."""

import pytest

from tests.county import County


@pytest.fixture
def county() -> County:
    return County()
