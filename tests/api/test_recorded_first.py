"""What cannot be recorded is not shown: nothing leaves before its event is durable, however it is asked."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from domain.errors import ClockWrong, LogBusy, LogUnavailable, RecordError
from store.recorder import LogRecorder
from tests.api.everything_read import SECRETS, Question, Shown
from tests.api.served import Served

REASONS: dict[str, tuple[Callable[[], RecordError], bool]] = {
    "the database is away": (LogUnavailable, False),
    "it was stored, and we were not told": (LogUnavailable, True),
    "the queue is full": (LogBusy, False),
    "the clock is wrong": (lambda: ClockWrong(reason="the clock is wrong"), False),
}
Append = Callable[..., object]


@pytest.fixture(scope="module")
def shown(served: Served) -> Shown:
    return Shown.at(served)


@pytest.fixture(scope="module")
def questions(shown: Shown) -> list[Question]:
    return list(shown.questions())


@contextmanager
def failing(
    recorder: LogRecorder, error: Callable[[], RecordError], *, is_stored: bool
) -> Iterator[list[int]]:
    """Inside the block every append fails, before or after it was stored; how many there were."""
    tried, kept = [0], recorder.append

    def fail(*told: object, **more: object) -> object:
        tried[0] += 1
        if is_stored:
            kept(*told, **more)  # type: ignore[arg-type]  # handed on as they came
        raise error()

    recorder.append = fail  # type: ignore[method-assign, assignment]  # for the block
    try:
        yield tried
    finally:
        recorder.append = kept  # type: ignore[method-assign]


def leaked(body: bytes) -> list[bytes]:
    return [one for one in SECRETS if one in body]


def test_every_question_is_answered_and_most_answers_show_what_nobody_else_may_see(
    served: Served, questions: Sequence[Question]
) -> None:
    """Otherwise the tests below would find nothing because there was nothing."""
    answers = {str(one): one.ask(served) for one in questions}

    wrong = [(one, answer.text) for one, answer in answers.items() if answer.status_code != 200]
    telling = [one for one, answer in answers.items() if leaked(answer.content)]
    assert wrong == []
    assert len(telling) > 12
    for part in ("/roster", "/search", "/content", "/life-course", "/events"):
        assert any(part in one for one in answers), part
    for part in ("/roster", "/search", "/content"):
        assert any(part in one for one in telling), part


@pytest.mark.parametrize("reason", REASONS)
def test_what_cannot_be_recorded_is_not_shown(
    served: Served, questions: Sequence[Question], reason: str
) -> None:
    error, is_stored = REASONS[reason]
    for one in questions:
        with failing(served.service.opened.recorder, error, is_stored=is_stored) as tried:
            answer = one.ask(served)

        assert tried[0] > 0, f"{one}: nothing was to be recorded"
        assert answer.status_code == 503, (str(one), answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) <= {"type", "title", "status", "detail", "instance", "reason"}, str(one)
        assert leaked(answer.content) == [], str(one)
        assert not {"ETag", "View-Edition", "Log-Position", "Repr-Digest", "Link"} & set(answer.headers)


def test_every_answer_leaves_an_event_behind(served: Served, questions: Sequence[Question]) -> None:
    for one in questions:
        before = served.position

        assert one.ask(served).status_code == 200

        assert served.position > before, f"{one}: nothing was recorded"
