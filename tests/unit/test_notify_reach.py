"""Where the service of each kind of target stands, so that it can be reached without a message."""

from __future__ import annotations

import pytest

from watcher.model import Secret
from watcher.notify import Target
from watcher.notify.reach import Door, door_of


@pytest.mark.parametrize(
    ("url", "door"),
    [
        pytest.param(
            "mailtos://w:secretpw@example.org?smtp=mail.example.org&to=d@example.org",
            Door("mail.example.org", 587, "starttls", is_mail=True),
            id="mail",
        ),
        pytest.param(
            "mailtos://w:secretpw@example.org?smtp=mail.example.org&to=d@example.org&mode=ssl",
            Door("mail.example.org", 465, "ssl", is_mail=True),
            id="mail over TLS from the start",
        ),
        pytest.param(
            "mailto://127.0.0.1:2525?from=w@example.org&to=d@example.org&mode=insecure&verify=no",
            Door("127.0.0.1", 2525, "insecure", is_mail=True, verify=False),
            id="a mail server of one's own",
        ),
        pytest.param(
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk",
            Door("hooks.slack.com", 443, "ssl"),
            id="a webhook of Slack",
        ),
        pytest.param(
            "tgram://123456789:abcdefg_hijklmnop/12315544/",
            Door("api.telegram.org", 443, "ssl"),
            id="Telegram",
        ),
        pytest.param(
            "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js/",
            Door("discord.com", 443, "ssl"),
            id="Discord",
        ),
        pytest.param(
            "jsons://desk.example.org/hook", Door("desk.example.org", 443, "ssl"), id="JSON"
        ),
        pytest.param(
            "json://desk.example.org:8080/hook",
            Door("desk.example.org", 8080, "insecure"),
            id="JSON in the clear",
        ),
        pytest.param("json://[::1]:8080/", Door("::1", 8080, "insecure"), id="IPv6"),
        pytest.param("syslog://", None, id="nowhere"),
    ],
)
def test_where_a_service_stands(url: str, door: Door | None) -> None:
    assert door_of(Target("desk", Secret(url))) == door
