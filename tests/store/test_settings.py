"""Settings: read once, refused with the variable's name, and never repeated where they may be secret."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.record_number import SchemeChoice
from store.blobs_rules import UploadRules
from store.settings import Settings, SettingsError

SECRET = "hunter2"


def test_without_any_variable_the_embedded_server_of_one_log_is_meant() -> None:
    settings = Settings.from_environment({"HOME": "/somewhere", "LIFELONG_DSN": ""})

    assert settings == Settings()
    assert (settings.dsn, settings.log_no, settings.host, settings.port) == (None, 1, "127.0.0.1", 8000)
    assert settings.origin == "lifelong.example/110101/1"


def test_each_variable_is_read(tmp_path: Path) -> None:
    for program in ("postgres", "initdb"):
        (tmp_path / program).touch()

    settings = Settings.from_environment(
        {
            "LIFELONG_DSN": "host=db dbname=county",
            "LIFELONG_DATA": "/srv/lifelong",
            "LIFELONG_ORIGIN": "records.example/330106/2",
            "LIFELONG_LOG_NO": "2",
            "LIFELONG_OIDC_ISSUER": "https://id.example",
            "LIFELONG_OIDC_JWKS": "keys.json",
            "LIFELONG_OIDC_AUDIENCE": "lifelong",
            "LIFELONG_REFUSED_TOKENS": "600",
            "LIFELONG_TRUSTED_PROXIES": "2",
            "LIFELONG_HOST": "::1",
            "LIFELONG_PORT": "8443",
            "LIFELONG_PG_BIN": str(tmp_path),
            "LIFELONG_FONTS": str(tmp_path),
            "LIFELONG_NUMBER_SCHEME": "330106=grid-20@2026-07-01",
        }
    )

    assert settings == Settings(
        dsn="host=db dbname=county",
        data=Path("/srv/lifelong"),
        origin="records.example/330106/2",
        log_no=2,
        oidc_issuer="https://id.example",
        oidc_jwks="keys.json",
        oidc_audience="lifelong",
        refused_tokens=600,
        trusted_proxies=2,
        host="::1",
        port=8443,
        pg_bin=tmp_path,
        fonts=tmp_path,
        number_schemes=(SchemeChoice("330106", "grid-20", date(2026, 7, 1)),),
    )


@pytest.mark.parametrize("origin", [{}, {"LIFELONG_ORIGIN": " "}], ids=["not set", "empty"])
def test_a_database_of_ones_own_demands_an_origin_of_ones_own(origin: dict[str, str]) -> None:
    environment = {"LIFELONG_DSN": f"host=db password={SECRET}", **origin}

    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environment)
    demo = Settings.from_environment(environment, for_demo=True)

    assert refused.value.variable == "LIFELONG_ORIGIN"
    assert SECRET not in str(refused.value)
    assert demo.origin == Settings().origin


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LIFELONG_PORT", SECRET),
        ("LIFELONG_PORT", "0"),
        ("LIFELONG_PORT", "65536"),
        ("LIFELONG_PORT", "٨٠٠٠"),
        ("LIFELONG_REFUSED_TOKENS", "0"),
        ("LIFELONG_TRUSTED_PROXIES", "11"),
        ("LIFELONG_TRUSTED_PROXIES", "10.0.0.1"),
        ("LIFELONG_LOG_NO", "-1"),
        ("LIFELONG_LOG_NO", "1.0"),
        ("LIFELONG_LOG_NO", "2147483648"),
        ("LIFELONG_ORIGIN", f"two words {SECRET}"),
        ("LIFELONG_ORIGIN", "a+b"),
        ("LIFELONG_DSN", f"password={SECRET} nonsense"),
        ("LIFELONG_DSN", f"postgresql://user:{SECRET}@host:port:port/x?y"),
        ("LIFELONG_PG_BIN", f"/nowhere/{SECRET}"),
        ("LIFELONG_FONTS", f"/nowhere/{SECRET}"),
        ("LIFELONG_WITNESSES", f"/nowhere/{SECRET}"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_not_repeated(variable: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({variable: value})

    assert refused.value.variable == variable
    assert str(refused.value).startswith(f"{variable}: expected ")
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_password_does_not_show_when_settings_are_printed() -> None:
    assert SECRET not in repr(Settings(dsn=f"host=db password={SECRET}"))


@pytest.mark.parametrize(
    ("policy", "said"), [("garbage", "line 1 of the policy"), ("# nobody", "without a quorum")]
)
def test_a_policy_of_witnesses_that_does_not_read_is_refused_at_once(
    tmp_path: Path, policy: str, said: str
) -> None:
    path = tmp_path / "policy"
    path.write_text(f"{policy}\n")

    with pytest.raises(SettingsError, match=f"LIFELONG_WITNESSES: expected a policy .*{said}"):
        Settings.from_environment({"LIFELONG_WITNESSES": str(path)})
    path.write_text("quorum none\n")

    assert Settings.from_environment({"LIFELONG_WITNESSES": str(path)}).witnesses == path


@pytest.mark.parametrize("text", [SECRET, "330106=grid-21", "330106=grid-20@2026-02-30", "330106=grid-20,"])
def test_a_number_scheme_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"LIFELONG_NUMBER_SCHEME": text})

    assert refused.value.variable == "LIFELONG_NUMBER_SCHEME"
    assert SECRET not in str(refused.value)


def test_what_is_set_about_uploads_is_read() -> None:
    settings = Settings.from_environment(
        {
            "LIFELONG_SCANNER": "sh -c 'cat >/dev/null'",
            "LIFELONG_SCANNER_TIMEOUT": "5",
            "LIFELONG_UPLOAD_HOURS": "48",
        }
    )

    assert settings.uploads == UploadRules(("sh", "-c", "cat >/dev/null"), 5, timedelta(hours=48))
    assert Settings.from_environment({}).uploads == UploadRules()


@pytest.mark.parametrize("command", ["/nowhere/scanner -", "sh -c 'unclosed"])
def test_a_scanner_that_cannot_be_started_is_refused_at_once(command: str) -> None:
    with pytest.raises(SettingsError, match="LIFELONG_SCANNER") as refused:
        Settings.from_environment({"LIFELONG_SCANNER": command})

    assert command not in str(refused.value)
