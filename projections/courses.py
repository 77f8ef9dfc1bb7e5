"""The views of a record beside the record itself, by the name under which they are asked for."""

from collections.abc import Callable, Mapping, Sequence

from domain.ports import Course, Recorded, RecordQuery
from projections.due_list import due_list
from projections.life_course import life_course
from projections.problem_list import problem_list
from projections.reconciliation import reconciliation
from projections.record_lists import Shape
from projections.series import measurement_series

COURSES: Mapping[str, Callable[[Course, Sequence[Recorded], RecordQuery], Shape]] = {
    "life-course": lambda course, recorded, query: life_course(recorded, query),
    "problem-list": lambda course, recorded, query: problem_list(recorded, query),
    "measurements": lambda course, recorded, query: measurement_series(course.of, recorded, query),
    "reconciliation": lambda course, recorded, query: reconciliation(recorded, query),
    "due": lambda course, recorded, query: due_list(recorded, query),
}
