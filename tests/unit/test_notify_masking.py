"""Secrets in addresses, wherever they turn up."""

from __future__ import annotations

import base64
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Secret
from watcher.notify.masking import Mask


@pytest.mark.parametrize(
    ("url", "secrets", "harmless"),
    [
        pytest.param(
            "mailto://desk:p%40ssw0rd@mail.example.org?to=a@example.org",
            ["p%40ssw0rd", "p@ssw0rd", base64.b64encode(b"\0desk\0p@ssw0rd").decode()],
            ["mail.example.org", "a@example.org", "desk"],
            id="mail",
        ),
        pytest.param(
            "mailtos://example.org?user=desk&pass=s3cretive",
            ["s3cretive"],
            ["example.org"],
            id="mail-password-as-argument",
        ),
        pytest.param(
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
            ["T1JJ3T3L2", "A1BRTD4JD", "TIiajkdnlazkcOXrIdevi7FQ"],
            ["slack"],
            id="tokens-in-host-and-path",
        ),
        pytest.param(
            "tgram://123456789:abcdefg_hijklmnop/12315544/",
            ["123456789", "abcdefg_hijklmnop", "12315544"],
            [],
            id="telegram",
        ),
        pytest.param(
            "jsons://user:secretpw@hooks.example.org/path/k3y-1234?:token=abcd1234",
            ["secretpw", "k3y-1234", "abcd1234"],
            ["hooks.example.org"],
            id="webhook",
        ),
        pytest.param("pasted-token-1234", ["pasted-token-1234"], [], id="no-address-at-all"),
    ],
)
def test_secrets_are_masked_and_the_rest_is_readable(
    url: str, secrets: list[str], harmless: list[str]
) -> None:
    mask = Mask([Secret(url)])

    told = mask(" ".join([url, *secrets, *harmless]))

    assert [secret for secret in secrets if secret in told] == []
    assert [word for word in harmless if word not in told] == []


def test_records_are_masked_with_their_arguments_and_tracebacks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mask = Mask([Secret("json://example.org/5up3rs3cr3t")])
    mask.install()
    try:
        raise RuntimeError("5up3rs3cr3t")
    except RuntimeError:
        logging.getLogger("apprise").exception("posting to %s", "/5up3rs3cr3t")
        logging.getLogger("urllib3.connectionpool").warning("POST /5up3rs3cr3t")
    finally:
        mask.remove()

    assert [record.getMessage() for record in caplog.records] == ["posting to /***", "POST /***"]
    assert "5up3rs3cr3t" not in caplog.text


def test_the_noisy_loggers_never_speak_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mask = Mask()
    mask.install()
    logging.getLogger("urllib3.connectionpool").debug("POST /services/token")
    mask.remove()

    assert caplog.records == []


@given(st.text())
def test_any_address_gives_a_mask(url: str) -> None:
    Mask([Secret(url)])("text")
