"""Who is told."""

from __future__ import annotations

import pytest

from watcher.model import Secret, Severity
from watcher.notify import Target, route

DESK = Target("desk", Secret("console://"))
PHONE = Target("phone", Secret("tgram://1:a/2"), min_severity=Severity.CRITICAL)
ALL = (DESK, PHONE)


@pytest.mark.parametrize(
    ("notify", "severity", "expected"),
    [
        pytest.param((), Severity.CRITICAL, ("desk", "phone"), id="no-list-means-everybody"),
        pytest.param((), Severity.HIGH, ("desk",), id="a-target-sets-its-floor"),
        pytest.param(("phone",), Severity.HIGH, (), id="the-floor-holds-for-named-targets-too"),
        pytest.param(("phone", "desk"), Severity.CRITICAL, ("phone", "desk"), id="order-of-rule"),
        pytest.param(("desk", "desk"), Severity.LOW, ("desk",), id="named-twice-told-once"),
        pytest.param(("gone",), Severity.LOW, ("gone",), id="an-unknown-name-stays-visible"),
    ],
)
def test_route(notify: tuple[str, ...], severity: Severity, expected: tuple[str, ...]) -> None:
    assert route(notify, severity, ALL) == expected


@pytest.mark.parametrize(
    ("url", "scheme"),
    [("MailTo://a:b@c", "mailto"), ("console://", "console"), ("no-address-at-all", "")],
)
def test_a_targets_scheme_is_never_a_secret(url: str, scheme: str) -> None:
    assert Target("desk", Secret(url)).scheme == scheme


def test_a_target_hides_its_address() -> None:
    assert "s3cret" not in repr(Target("desk", Secret("slack://s3cret/s3cret/s3cret")))
