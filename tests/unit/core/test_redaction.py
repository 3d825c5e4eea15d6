"""What looks like a secret does not reach a log, and what does not stays readable."""

from __future__ import annotations

import logging

import pytest
from cryptography.fernet import Fernet

from core.redaction import RedactingFormatter, redact

SECRET = "s3cr3t-Value_42"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {SECRET}",
        f"authorization: basic {SECRET}",
        f"GET /weather?city=Bern&api_key={SECRET}&units=metric",
        f"GET /weather?appid=1&access_token={SECRET}",
        f'{{"password": "{SECRET}"}}',
        f"{{'client_secret': '{SECRET}'}}",
        f"X-Api-Key: {SECRET}",
        f"connecting to postgresql+psycopg://nexus:{SECRET}@db/nexus",
        f"sealed {Fernet(Fernet.generate_key()).encrypt(SECRET.encode()).decode()}",
    ],
)
def test_secrets_are_taken_out(text: str) -> None:
    shown = redact(text)
    assert SECRET not in shown
    assert "(hidden)" in shown
    assert "gAAAA" not in shown
    assert redact(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "GET /v1/runs/0192f0c1 200 in 12 ms",
        "the token of the run was not found",
        "https://api.example.org:443/v1/weather?city=Bern",
        "3 tokens used, 20 left; basic rules apply",
    ],
)
def test_other_text_stays(text: str) -> None:
    assert redact(text) == text


def test_exceptions_are_redacted_too(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"password={SECRET}")
    except ValueError:
        logging.getLogger("test").exception("token=%s", SECRET)
    (record,) = caplog.records
    shown = RedactingFormatter("%(message)s").format(record)
    assert SECRET not in shown
    assert "ValueError" in shown
