"""Which words reach the log: those of our own parts that follow it, and of nobody whom we do not know."""

import json
import logging
from collections.abc import Iterator

import pytest

from api import logs


@pytest.fixture
def taken_over() -> Iterator[None]:
    handlers, level = logging.root.handlers, logging.root.level
    logs.take_over()
    yield
    logging.captureWarnings(False)
    logging.root.handlers, logging.root.level = handlers, level


@pytest.mark.usefixtures("taken_over")
@pytest.mark.parametrize(
    ("logger", "words"),
    [
        ("store.proof.cosigning", "witness auditor: WitnessRefused 422"),
        ("store.proof.publishing", "publishing log 1: the log is fenced (unmeasured) at 7 events"),
        ("projections.runner", "projection roster: OperationalError"),
        ("tools.heads", "head list of log 1: Fenced"),
    ],
)
def test_what_an_operator_has_to_read_is_told_in_words(
    logger: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger(logger).warning("%s", words)

    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["logger"], told["level"]) == (words, logger, "warning")


@pytest.mark.usefixtures("taken_over")
@pytest.mark.parametrize("logger", ["psycopg.pool", "httpx", "store.proofs", "projectionsx", "api.anything"])
def test_the_words_of_others_are_kept_back(logger: str, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger(logger).warning("周晓雯 110101197505209985")

    assert json.loads(capsys.readouterr().err)["event"] == "a library logged something"
