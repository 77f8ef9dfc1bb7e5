"""The rules in Cedar that `lifelong bench access` compares with are those of the policy, one for one."""

import re
from collections import Counter
from dataclasses import replace

import cedarpy
import pytest

from domain.access import decide
from domain.access_rules import POLICY
from tools.bench.access_cases import draw
from tools.bench.access_decisions import POLICIES, Disagreement, agree, request_of

TEXT = POLICIES.read_text(encoding="utf-8")


def test_each_rule_stands_in_cedar_under_its_id_and_no_other() -> None:
    assert Counter(re.findall(r'@id\("(.+?)"\)', TEXT)) == Counter(rule.id for rule in POLICY.rules)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_answer_every_question_alike(seed: int) -> None:
    asked = draw(2_000, seed)

    agree(asked, cedarpy.PolicySet.from_str(TEXT), [request_of(one) for one in asked])

    decisions = [decide(one.actor, one.action, one.facts, one.purpose, one.now) for one in asked]
    assert 0.3 < sum(one.allowed for one in decisions) / len(decisions) < 0.8
    assert len({rule for one in decisions for rule in one.rules}) > 0.8 * len(POLICY.rules)


def test_a_rule_that_is_missing_in_one_of_them_is_found() -> None:
    asked = draw(2_000)
    without = re.sub(r'@id\("scope-exceeded"\).*?;', "", TEXT, flags=re.DOTALL)

    with pytest.raises(Disagreement):
        agree(asked, cedarpy.PolicySet.from_str(without), [request_of(one) for one in asked])
    with pytest.raises(Disagreement):
        requests = [request_of(replace(one, purpose="care")) for one in asked]
        agree(asked, cedarpy.PolicySet.from_str(TEXT), requests)
