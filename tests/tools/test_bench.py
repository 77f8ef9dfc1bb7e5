"""The benches: one JSON object each, every ratio that is compared with, nothing left behind."""

import json
from pathlib import Path

import pytest

from tests.tools.processes import lifelong

BENCHES = {
    ("append", "--rounds", "1", "--threads", "1,2", "--seconds", "0.1"): {
        "stock_x1", "stock_x2", "insert_x1", "insert_x2",
    },
    ("load", "--rounds", "1"): {"stock", "stock_snapshot", "openssl", "openssl_snapshot"},
    ("growth", "--rounds", "1", "--events", "2000"): {"small_log"},
    ("api", "--rounds", "1", "--seconds", "0.5"): {"null_recorder"},
    ("rebuild", "--rounds", "1", "--events", "3000"): {"library", "bare", "content", "library_x1", "bare_x1"},
    ("lag", "--rate", "20", "--seconds", "6"): {"target", "append_beside_rebuild"},
    ("views", "--rounds", "1"): {"current_record", "search_2000"},
    ("verify", "--rounds", "1", "--events", "2000"): {
        "envelopes", "content", "envelopes_x1", "content_x1", "package",
    },
    ("publish", "--rounds", "1", "--seconds", "1", "--rate", "50"): {"beside", "target"},
    ("access", "--rounds", "1", "--seconds", "0.5"): {
        "cedar", "cedar_batch", "cedar_text", "unrecorded", "history_20000", "institution_20000",
    },
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("words", "ratios"), BENCHES.items(), ids=lambda words: str(next(iter(words))))
def test_a_bench_tells_its_ratios_and_leaves_nothing_behind(
    words: tuple[str, ...], ratios: set[str], tmp_path: Path
) -> None:
    asked = lifelong("bench", *words, "--json", data=tmp_path / "data")

    assert asked.returncode == 0, asked.stderr
    measured = json.loads(asked.stdout)
    assert set(measured) == {"bench", "machine", "results", "ratios"}
    assert measured["bench"] == words[0]
    assert set(measured["ratios"]) == ratios
    assert all(ratio > 0 for ratio in measured["ratios"].values())
    assert not (tmp_path / "data" / "bench").exists()
