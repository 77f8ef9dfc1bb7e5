"""Identity documents and record numbers: what is accepted, what agrees, and that numbers never leak."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ContentRefused, IdentityDisagrees
from domain.identity import (
    IdentityNumber,
    check_digit,
    claim_value,
    identity_document,
    is_identity_number,
    oddities,
    provinces,
)

WOMAN = "11010519491231002X"  # the sample of GB 11643-1999
MAN = "440524188001010014"
CANARY = "CANARY7731"


@st.composite
def identity_numbers(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(sorted(provinces()))) + f"{draw(st.integers(0, 9999)):04}"
    born = draw(st.dates(date(1850, 1, 1), date(2199, 12, 31)))
    first17 = f"{region}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first17 + check_digit(first17)


def test_the_samples_of_the_standard_are_read() -> None:
    woman, man = IdentityNumber.parse(WOMAN), IdentityNumber.parse(MAN)

    assert (woman.region, woman.birth_date, woman.sex) == ("110105", date(1949, 12, 31), "female")
    assert (man.region, man.birth_date, man.sex) == ("440524", date(1880, 1, 1), "male")


def test_a_lower_case_x_is_accepted_on_input_and_stored_in_upper_case() -> None:
    assert IdentityNumber.parse(WOMAN.lower()).value == WOMAN
    assert not is_identity_number(WOMAN.lower())


@given(identity_numbers())
def test_every_number_built_by_the_standard_is_accepted(number: str) -> None:
    parsed = IdentityNumber.parse(number)

    assert parsed.value == number
    parsed.agrees(birth_date=parsed.birth_date.isoformat(), sex=parsed.sex)


@given(identity_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_one_wrong_character_never_passes(number: str, at: int, wrong: str) -> None:
    changed = number[:at] + wrong + number[at + 1 :]

    assert is_identity_number(changed) == (changed == number)


@given(identity_numbers(), st.integers(0, 16))
def test_two_neighbours_exchanged_never_pass(number: str, at: int) -> None:
    changed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    assert is_identity_number(changed) == (changed == number)


@given(st.text(max_size=20))
def test_any_other_text_is_refused_and_never_repeated(text: str) -> None:
    if is_identity_number(text.replace("x", "X")):
        return
    with pytest.raises(ContentRefused) as caught:
        IdentityNumber.parse(CANARY + text, field="/identity/number")

    assert caught.value.problems[0]["field"] == "/identity/number"
    assert CANARY not in str(caught.value)


def test_a_refusal_says_which_part_is_wrong() -> None:
    for first17, reason in (
        ("66010519491231002", "region"),
        ("11010519490229002", "existing birth date"),
        ("11010518491231002", "since 1850"),
    ):
        with pytest.raises(ContentRefused) as caught:
            IdentityNumber.parse(first17 + check_digit(first17))
        assert reason in caught.value.problems[0]["reason"]
    with pytest.raises(ContentRefused, match="check character"):
        IdentityNumber.parse(WOMAN[:-1] + "1")


def test_a_contradiction_names_the_field_and_not_the_number() -> None:
    woman = IdentityNumber.parse(WOMAN)
    woman.agrees()
    woman.agrees(birth_date="1949", sex="unknown")
    woman.agrees(birth_date="1949-12", sex="female")

    wrong = [("1949-12-30", None, "birth_date"), ("1950", None, "birth_date"), (None, "male", "sex")]
    for birth_date, sex, field in wrong:
        with pytest.raises(IdentityDisagrees) as caught:
            woman.agrees(birth_date=birth_date, sex=sex)
        assert caught.value.facts == {"field": field}
        assert WOMAN not in str(caught.value)


def test_a_number_does_not_show_in_its_representation() -> None:
    assert WOMAN not in repr(IdentityNumber.parse(WOMAN))


@pytest.mark.parametrize(
    "kind, number, kept",
    [
        ("identity-card", "11010519491231002x", WOMAN),
        ("residence-permit-hmt", "83000019491231002" + check_digit("83000019491231002"), None),
        ("foreign-permanent-resident", "usa110012345678", "USA110012345678"),
        ("foreign-permanent-resident", "91010519491231002" + check_digit("91010519491231002"), None),
        ("hk-macao-permit", "H12345678", None),
        ("hk-macao-permit", "M1234567890", None),
        ("taiwan-permit", "12345678", None),
        ("birth-certificate", "u110000001", "U110000001"),
        ("identity-card", "110105 1949-1231 ００２ｘ", WOMAN),
    ],
)
def test_a_document_of_every_kind_is_taken_and_normalised(kind: str, number: str, kept: str | None) -> None:
    document = identity_document(kind, number)

    assert document == {"kind": kind, "number": kept or number}
    assert claim_value(document) is not None


@pytest.mark.parametrize(
    "kind, number",
    [
        ("identity-card", WOMAN[:-1] + "1"),
        ("foreign-permanent-resident", "US110012345678"),
        ("passport", "E 12"),
        ("passport", "护照12345"),
        ("hk-macao-permit", "X12345678"),
        ("taiwan-permit", "123456789"),
        ("birth-certificate", "110000001U"),
        ("military", " "),
        ("other", "a\x00b"),
        ("other", "- \u200b-"),
        ("temporary", "1"),
        ("passport", None),
    ],
)
def test_a_number_that_its_kind_does_not_have_is_refused(kind: str, number: str | None) -> None:
    with pytest.raises(ContentRefused) as caught:
        identity_document(kind, number, reason="急诊")

    assert caught.value.problems[0]["field"] == "/number"
    assert number is None or len(number) < 3 or number not in str(caught.value)


def test_a_temporary_identity_has_a_reason_and_nothing_to_claim() -> None:
    document = identity_document("temporary", reason="昏迷，无随身证件")

    assert document == {"kind": "temporary", "reason": "昏迷，无随身证件"}
    assert claim_value(document) is None
    for reason in (None, " "):
        with pytest.raises(ContentRefused):
            identity_document("temporary", reason=reason)


def test_an_unknown_kind_or_issuer_is_refused() -> None:
    refused = [
        ("driving-licence", None, "/kind"),
        ("passport", None, "/issuer"),
        ("passport", "\n", "/issuer"),
        ("passport", "Frankreich", "/issuer"),
        ("passport", "QQQ", "/issuer"),
        ("other", None, "/issuer"),
        ("other", "\u200b", "/issuer"),
        ("military", " ", "/issuer"),
    ]
    for kind, issuer, field in refused:
        with pytest.raises(ContentRefused) as caught:
            identity_document(kind, "E12345678", issuer=issuer)
        assert caught.value.problems[0]["field"] == field


def test_a_passport_is_kept_with_the_three_letters_of_its_issuer() -> None:
    for told, kept in (("cn", "CHN"), ("CHN", "CHN"), ("D", "DEU"), ("UNO", "UNO"), ("ＦＲ", "FRA")):
        document = identity_document("passport", "e 1234-5678", issuer=told)

        assert document == {"kind": "passport", "number": "E12345678", "issuer": kept}


def test_what_has_no_shape_is_kept_as_written() -> None:
    for kind, number in (("military", "军字第0012345号"), ("other", "MRN-0001")):
        document = identity_document(kind, number, issuer="某 部队", reason="补录")

        assert document == {"kind": kind, "number": number, "issuer": "某 部队", "reason": "补录"}


def claim(kind: str, number: str, issuer: str | None = None) -> str | None:
    return claim_value(identity_document(kind, number, issuer=issuer))


@pytest.mark.parametrize(
    "kind, ways",
    [
        (
            "passport",
            [("E12345678", "CN"), ("e12345678", "cn"), ("Ｅ1234 5678", "CHN"), ("E-12345678", "chn")],
        ),
        (
            "other",
            [("MRN-0001", "Some System"), ("mrn 0001", "SOME  system"), ("ｍｒｎ0001", "some\u00a0system")],
        ),
        ("military", [("军字第0012345号", "解放军"), ("军字第 0012345 号", "解放军\u200b")]),
        ("hk-macao-permit", [("H12345678", None), ("h1234567801", None), ("H1234567802", "HKG")]),
        ("taiwan-permit", [("12345678", None), ("1234567801", None)]),
        ("birth-certificate", [("U110000001", None), ("u 110000001", "北京")]),
    ],
)
def test_however_a_document_is_written_down_it_is_one_person(
    kind: str, ways: list[tuple[str, str | None]]
) -> None:
    assert len({claim(kind, number, issuer) for number, issuer in ways}) == 1


def test_passports_of_two_countries_are_two_persons_and_eighteen_digits_are_one() -> None:
    assert claim("passport", "AA123456", "FRA") != claim("passport", "AA123456", "THA")
    assert claim("identity-card", WOMAN) == claim("residence-permit-hmt", WOMAN)
    assert claim("identity-card", WOMAN) == claim("other", WOMAN, "HIS")  # the record takes it for hers, too
    assert claim("hk-macao-permit", "H12345678") != claim("hk-macao-permit", "H12345679")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["other", "military"]), st.text("a|1:", min_size=1), st.text("a|1:", min_size=1)
        ),
        min_size=2,
        max_size=2,
        unique_by=lambda one: (one[0], one[1].upper(), one[2]),
    )
)
def test_no_two_issuers_and_numbers_share_a_claim(told: list[tuple[str, str, str]]) -> None:
    one, other = (
        claim_value(identity_document(kind, number, issuer=issuer)) for kind, number, issuer in told
    )

    assert one != other


WRITTEN = st.text("aZé ß汉－0\u00a0\u200b-.|", max_size=20)


@given(WRITTEN, WRITTEN)
def test_case_makes_no_other_claim(number: str, issuer: str) -> None:
    try:
        document = identity_document("other", number, issuer=issuer)
    except ContentRefused:
        return
    again = identity_document("other", document["number"].lower(), issuer=document["issuer"].upper())

    assert claim_value(again) == claim_value(document)


@pytest.mark.parametrize(
    "first17, is_odd",
    [
        ("11010320101101001", True),  # 崇文区, merged the day before
        ("11010320101031001", False),
        ("11010519491231002", False),
    ],
)
def test_a_region_that_was_gone_before_the_birth_is_odd_and_accepted(first17: str, is_odd: bool) -> None:
    document = identity_document("identity-card", first17 + check_digit(first17))

    assert [one["field"] for one in oddities(document)] == ["/number"] * is_odd


def test_a_document_without_an_identity_number_has_no_odd_region() -> None:
    for document in (
        identity_document("temporary", reason="newborn"),
        identity_document("passport", "E00000000", issuer="CN"),
    ):
        assert oddities(document) == []
