"""One measurement through a life, from every form that tells it; what was corrected, as it should be."""

from collections.abc import Iterator, Sequence

from domain.measurements import MEASUREMENTS, Measurement
from domain.ports import NOW, Recorded, RecordQuery
from projections.entry_view import EntryView
from projections.life import Life, author, life
from projections.record_lists import Shape

SERIES = "measurement-series/1"


def measurement_series(name: str, recorded: Sequence[Recorded], query: RecordQuery = NOW) -> Shape:
    """Every value, oldest first, with its unit, its entry and who says so. Raises KeyError for the name."""
    measurement, told = MEASUREMENTS[name], life(recorded, query)
    values = [value for entry in told.entries for value in _values(measurement, told, entry)]
    named = {"measurement": name, "title": measurement.title, "unit": measurement.places[0].unit}
    return {**told.frame(SERIES), **named, "values": values}


def _values(measurement: Measurement, told: Life, entry: EntryView) -> Iterator[Shape]:
    by = author(entry)
    for place, value in measurement.values(entry.form["name"], told.content(entry)):
        yield {
            "entry": str(entry.first.event),
            "form": entry.form["name"],
            "pointer": place.pointer,
            "occurred": dict(entry.occurred),
            "value": value,
            "unit": place.unit,
            "status": entry.status,
            "institution": by["institution"],
            "actor": by["actor"],
        }
