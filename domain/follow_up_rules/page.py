"""docs/follow-up-rules.md, written from the tables.

`python -m domain.follow_up_rules.page > docs/follow-up-rules.md`
"""

from collections.abc import Iterable, Iterator

from domain.follow_up_rules.conditions import ALWAYS, Condition
from domain.follow_up_rules.registry import national
from domain.follow_up_rules.spans import Span
from domain.follow_up_rules.table import ContactRule, IntervalRule, Programme, Rule, StepRule, WhoRule

HEAD = """\
# Follow-up rules

Written from `domain/follow_up_rules/data` by `python -m domain.follow_up_rules.page >
docs/follow-up-rules.md`; a test compares the two.

One file per programme holds who is followed up, what is urgent, what the classes lead to, and what comes
back by interval, age or week. A rule belongs to editions; the edition in force on the day of a follow-up
judges it, so that a new edition changes nothing before its day. (Care from before the first edition is
judged by the first.) What falls due at an age belongs to the edition in force on the day it opens. A changed
rule is a new rule under a new edition: what stands here is not edited.

*Classes*: several may fit one follow-up; the first is shown. *Steps*: the first that fits decides what
comes next; of the urgent ones all are told. A referral is due at once, and the next contact looks back. What
the practitioner chose on the form is shown beside, and decides nothing.

*Confidence*: `certain`, compared with the source; `cited`, as the source is usually quoted, and to be
compared with it; `uncertain`, where the source leaves it open and the value is ours.

A condition that asks for what is not told does not hold. Ages are counted on the day of the entry, in
completed years or months; of a birth date without day or month the first day is taken.
"""


def page(programmes: Iterable[Programme]) -> str:
    """The whole page, one section per programme."""
    return "\n".join([HEAD, *(section(programme) for programme in programmes)])


def section(programme: Programme) -> str:
    """One programme: its editions, then a table of its rules."""
    table = programme.table
    editions = [
        f"- Edition {one.edition}, valid from {one.valid_from}, digest "
        f"`{programme.ref(one.valid_from)['digest']}`. {one.source}."
        for one in table.editions
    ]
    lines = [
        f"## {table.programme} ({table.title.zh})",
        "",
        *([table.note, ""] if table.note else []),
        *([f"Follow-ups: {_forms(table.forms, table.counts)}.", ""] if table.forms else []),
        *editions,
        "",
        "| rule | editions | what it says | source | confidence |",
        "|---|---|---|---|---|",
        *(_row(rule) for rule in programme.rules),
        "",
    ]
    return "\n".join(lines)


def _row(rule: Rule) -> str:
    said = ". ".join(part for part in (_said(rule), rule.note.rstrip(".")) if part)
    cells = (f"`{rule.id}`", ", ".join(rule.editions), said, rule.source, rule.confidence)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _said(rule: Rule) -> str:
    if isinstance(rule, WhoRule):
        return "; ".join(_who(rule))
    if isinstance(rule, StepRule):
        return f"If {rule.when.words()}: {', '.join(_step(rule))}"
    if isinstance(rule, IntervalRule):
        first = f", first after {_span(rule.first)}" if rule.first else ""
        return f"{rule.title.zh}: every {_span(rule.every)}{first}, on {_forms(rule.forms, rule.counts)}"
    if isinstance(rule, ContactRule):
        return "; ".join(_contact(rule))
    return f"{getattr(rule, 'name', '')}: {_words(rule)}"


def _words(rule: Rule) -> str:
    when = getattr(rule, "when", None)
    return when.words() if isinstance(when, Condition) else ""


def _who(rule: WhoRule) -> Iterator[str]:
    if rule.enrolled:
        yield f"enrolled in {rule.enrolled}"
    if rule.from_age is not None:
        until = f" to {_span(rule.to_age)}" if rule.to_age else ""
        yield f"from {_span(rule.from_age)} of age{until}"
    if rule.trigger:
        yield rule.trigger.words()
    if rule.unless:
        yield f"unless {rule.unless.words()}"
    if rule.scope != ALWAYS:
        yield f"meant for: {rule.scope.words()}"


def _step(rule: StepRule) -> Iterator[str]:
    if rule.urgent:
        yield "urgent"
    if rule.refer:
        yield "refer"
    if rule.next is not None:
        yield f"{'look back' if rule.refer else 'next'} within {_span(rule.next)}"
    if rule.ends:
        yield "nothing more is due"


def _contact(rule: ContactRule) -> Iterator[str]:
    yield f"{rule.title.zh}: from {_span(rule.opens)} to {_span(rule.by)} after {rule.anchor}"
    if rule.lapses is not None:
        yield f"lapses at {_span(rule.lapses)}"
    yield f"made by {_forms(rule.forms, rule.done)}"
    if rule.unless:
        yield f"unless {rule.unless.words()}"


def _forms(forms: Iterable[str], where: Condition) -> str:
    named = ", ".join(f"`{form}`" for form in forms)
    return named if where == ALWAYS else f"{named} with {where.words()}"


def _span(span: Span) -> str:
    years, months = divmod(span.months, 12)
    weeks, days = divmod(span.days, 7) if span.days % 7 == 0 or span.days > 14 else (0, span.days)
    parts = ((years, "year"), (months, "month"), (weeks, "week"), (days, "day"))
    said = " ".join(f"{count} {name}{'s' if count > 1 else ''}" for count, name in parts if count)
    return said or "0 days"


if __name__ == "__main__":
    print(page(national()), end="")
