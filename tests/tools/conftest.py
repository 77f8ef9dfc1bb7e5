"""What the tests of the commands share: a county in memory, and a folder of FHIR bundles to import."""

from pathlib import Path

import pytest

from projections.record_view import RecordRender
from tests.county import County
from tests.tools.fhir_lives import CANARY_NAME, somebody_else, whole_life, write


@pytest.fixture
def county() -> County:
    return County(render=RecordRender())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two lives of the same shape. Their files are named after them, as such files are."""
    write(tmp_path, CANARY_NAME, *whole_life())
    write(tmp_path, "Zz Another", *somebody_else(whole_life(), "you"))
    return tmp_path
