"""The forms, rules and code lists of the day that an evidence package carries, for readers long after."""

import orjson

from domain.adoption import OwnStream, adopted
from domain.forms import Form, registry
from domain.value_sets import ValueSet, value_sets
from domain.values import definition
from evidence.package.contents import Definitions, Named


def definitions(log: OwnStream, named: Named) -> Definitions:
    """Of forms and rules those that are named by digest, of code lists those whose system is."""
    forms = [one for one in registry if one.digest in named.digests]
    rules = {digest: one for digest, one in adopted(log).items() if digest in named.digests}
    lists = [one for one in value_sets().values() if named.systems.intersection(one.systems)]
    by_digest = {one.digest: definition(one.description) for one in forms}
    by_digest |= {digest: definition(one) for digest, one in rules.items()}
    others = {f"forms/{one.name}-{one.edition}.schema.json": _schema(one) for one in forms}
    others |= {f"codes/{one.name}.json": _codes(one) for one in lists}
    return Definitions(by_digest, others)


def _schema(form: Form) -> bytes:
    """As other programs read it. It has keys that lie outside the canonical profile."""
    return orjson.dumps(form.json_schema(), option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)


def _codes(one: ValueSet) -> bytes:
    editions = [
        {
            "edition": edition.edition,
            "valid_from": edition.valid_from.isoformat(),
            "source": edition.source,
            "codes": dict(edition.codes),
        }
        for edition in one.editions
    ]
    told = {"name": one.name, "title": one.title, "systems": list(one.systems), "editions": editions}
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2)
