"""What the policy promises. Cell by cell: test_access_matrix.py; in words: docs/access.md."""

import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest

from domain.access import POLICY, RESIDENT, Actor, Decision, Facts, decide
from domain.entitlements import CARE, Entitlement
from domain.entries import KINDS
from domain.institution import ROLES
from domain.institution_state import RoleHeld
from domain.policy import PURPOSES, Policy, Rule
from domain.values import occurred

POLICIES = Path(__file__).parent / "policies.json"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
HERE, THERE = UUID(int=1), UUID(int=2)
RECORD, OTHER_RECORD = UUID(int=3), UUID(int=4)
REFERRAL = Entitlement("referral", UUID(int=6), HERE, CARE, frozenset(KINDS))
OURS = Facts(record=RECORD, custodian=HERE)
THEIRS = Facts(record=RECORD, custodian=THERE)
RESIDENT_SELF = Actor(None, (RESIDENT,), own_record=RECORD)
WRITES = ("add-entry", "correct", "retract", "close", "reopen", "link-identity")
ACTIONS = sorted({action for one in POLICY.rules for action in one.actions} | {"erase"})


def staff(*roles: str, until: str | None = None) -> Actor:
    held = tuple(RoleHeld(role, occurred("2020"), until) for role in roles)
    return Actor(UUID(int=5), held, institution=HERE)


def allowed(actor: Actor, action: str, facts: Facts, purpose: str) -> bool:
    return decide(actor, action, facts, purpose, NOW).allowed


@pytest.mark.parametrize("role", ["practitioner", "record-manager"])
@pytest.mark.parametrize("action", ["read", "read-events", *WRITES])
@pytest.mark.parametrize("purpose", ["care", "management", "public_health"])
def test_staff_of_the_institution_in_custody_read_and_write(role: str, action: str, purpose: str) -> None:
    decision = decide(staff(role), action, OURS, purpose, NOW)

    assert decision.allowed
    assert (decision.basis, decision.role) == ("custody", role)


def test_a_resident_reads_the_own_record_and_who_saw_it_and_nothing_else() -> None:
    permitted = {action for action in ACTIONS if allowed(RESIDENT_SELF, action, OURS, "self")}

    reading, taking_part = (
        {"read", "read-events", "read-accesses", "read-trail", "replay", "export-evidence"},
        {"resident-part", "consent", "end-grant"},
    )
    assert permitted == reading | taking_part | {"dispute-identity"}
    assert not any(allowed(RESIDENT_SELF, action, Facts(OTHER_RECORD, HERE), "self") for action in ACTIONS)
    assert not any(
        allowed(RESIDENT_SELF, action, OURS, purpose)
        for action, purpose in product(ACTIONS, PURPOSES)
        if purpose != "self"
    )


@pytest.mark.parametrize("role", ["auditor", "institution-administrator", "county-administrator"])
def test_other_roles_neither_read_nor_write_records(role: str) -> None:
    acts = ("read", "read-events", "read-accesses", "list", "search", "create", *WRITES)

    assert not any(allowed(staff(role), action, OURS, purpose) for action, purpose in product(acts, PURPOSES))


def test_a_connector_imports_into_its_institutions_records_and_reads_none() -> None:
    permitted = {action for action in ACTIONS if allowed(staff("connector"), action, OURS, "management")}

    assert permitted == {"add-entry", "link-identity", "close", "appoint", "issue-card"}


def test_creating_is_for_ones_own_institution() -> None:
    assert allowed(staff("practitioner"), "create", Facts(institution=HERE), "care")
    assert not allowed(staff("practitioner"), "create", Facts(institution=THERE), "care")


def test_only_the_county_registers_and_gives_the_roles_over_others() -> None:
    """An area may have several institutions: who runs one of them must not name who looks into all."""
    administrator, county = staff("institution-administrator"), staff("county-administrator")

    assert allowed(county, "register-institution", Facts(institution=THERE), "management")
    assert not allowed(administrator, "register-institution", Facts(institution=HERE), "management")
    assert allowed(administrator, "give-role", Facts(institution=HERE, role_given="connector"), "management")
    assert not allowed(administrator, "enrol-practitioner", Facts(institution=THERE), "management")
    for over_others in ("county-administrator", "inspector", "auditor"):
        given = Facts(institution=HERE, role_given=over_others)
        assert not allowed(administrator, "give-role", given, "management")
        assert not allowed(administrator, "end-role", given, "management")
        assert allowed(county, "give-role", given, "management")


@pytest.mark.parametrize("purpose", ["commercial", "marketing", "curiosity", "", "CARE"])
def test_an_unlisted_or_commercial_purpose_is_refused_whoever_asks(purpose: str) -> None:
    everybody = staff(*ROLES)

    decisions = [decide(everybody, action, OURS, purpose, NOW) for action in ACTIONS]

    assert not any(decision.allowed for decision in decisions)
    assert all(decision.rules[0].startswith("purpose-") for decision in decisions)


def test_a_role_that_has_run_out_permits_nothing() -> None:
    assert allowed(staff("practitioner", until="2026-06-01"), "read", OURS, "care")
    assert not allowed(staff("practitioner", until="2026-05-31"), "read", OURS, "care")


def test_what_no_rule_allows_is_denied_by_default() -> None:
    assert decide(staff("auditor"), "read", OURS, "audit", NOW) == Decision(False, ("deny-by-default",))
    assert decide(Actor(None), "read", Facts(), "care", NOW) == Decision(False, ("deny-by-default",))


def test_nothing_known_on_either_side_is_no_custody() -> None:
    homeless = Actor(UUID(int=5), staff("practitioner").roles, institution=None)

    assert not allowed(homeless, "read", Facts(), "care")


def test_a_deny_rule_overrides_every_allow_rule() -> None:
    rules = (Rule("everything", "allow"), Rule("nobody-reads", "deny", actions=("read",)))
    policy = Policy("test", "1", rules)

    assert decide(staff(), "write", OURS, "care", NOW, policy).allowed
    assert decide(staff(), "read", OURS, "care", NOW, policy) == Decision(False, ("nobody-reads",))


def test_the_policy_is_frozen_data_and_its_digest_tells_any_change() -> None:
    with pytest.raises(FrozenInstanceError):
        POLICY.edition = "2027.1"  # type: ignore[misc]  # that is the point

    changed = replace(POLICY, rules=POLICY.rules[1:])

    assert changed.ref["digest"] != POLICY.ref["digest"]


def test_no_edition_of_the_policy_changes_after_it_was_published() -> None:
    """Every event names edition and digest. A change is a new edition, with a line of its own in the file."""
    published = json.loads(POLICIES.read_text(encoding="utf-8"))

    assert published[f"{POLICY.name} {POLICY.edition}"] == POLICY.ref["digest"]


@pytest.mark.parametrize("action", ["read-roster", "read-tasks"])
def test_the_lists_of_an_institution_are_for_its_own_staff(action: str) -> None:
    for role in ("practitioner", "record-manager"):
        assert allowed(staff(role), action, Facts(institution=HERE), "management")
        assert not allowed(staff(role), action, Facts(institution=THERE), "management")
        assert not allowed(staff(role), action, Facts(institution=HERE), "research")
    assert not allowed(staff("institution-administrator"), action, Facts(institution=HERE), "management")


def test_a_referral_lets_its_receiver_list_the_resident() -> None:
    referred = Facts(record=RECORD, custodian=THERE, entitlements=(REFERRAL,))

    assert allowed(staff("practitioner"), "list", referred, "care")
    assert not allowed(staff("practitioner"), "list", THEIRS, "care")


def test_the_audit_trail_is_for_the_resident_and_the_record_manager_in_custody() -> None:
    assert allowed(RESIDENT_SELF, "read-trail", OURS, "self")
    assert allowed(staff("record-manager"), "read-trail", OURS, "management")
    assert not allowed(staff("record-manager"), "read-trail", THEIRS, "management")
    assert not allowed(staff("practitioner"), "read-trail", OURS, "care")


def test_counts_are_for_staff_and_the_county_and_for_no_care() -> None:
    for role in ("practitioner", "record-manager", "county-administrator"):
        assert allowed(staff(role), "count", Facts(institution=HERE), "management")
        assert not allowed(staff(role), "count", Facts(institution=HERE), "care")
    assert not allowed(RESIDENT_SELF, "count", Facts(), "self")
