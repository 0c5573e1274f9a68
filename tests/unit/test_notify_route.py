"""Who is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from watcher.model import Secret, Severity
from watcher.notify import Target, route, unwanted

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
    ("wishes", "known", "is_told"),
    [
        pytest.param({"rules": ("oil-*",)}, {"rule": "oil-opec"}, True, id="a-rule-it-wants"),
        pytest.param({"rules": ("oil-*",)}, {"rule": "soil-x"}, False, id="another-rule"),
        pytest.param({"rules": ("oil-?pec", "a")}, {"rule": "oil-opec"}, True, id="any-pattern"),
        pytest.param({"topics": ("النفط*",)}, {"topic": "النفط والغاز"}, True, id="arabic-topic"),
        pytest.param({"topics": ("*",)}, {"topic": ""}, True, id="a-star-is-any-topic-or-none"),
        pytest.param({"topics": ("oil",)}, {"topic": ""}, False, id="a-rule-without-topic"),
        pytest.param({"sources": ("nahr",)}, {"source": "NAHR"}, False, id="ids-have-one-case"),
        pytest.param(
            {"rules": ("oil-*",), "sources": ("nahr",)},
            {"rule": "oil-opec", "source": "wadi"},
            False,
            id="all-of-its-wishes-hold",
        ),
    ],
)
def test_a_target_says_what_it_wants(wishes: Any, known: dict[str, str], is_told: bool) -> None:
    picky = replace(DESK, **wishes)
    assert route((), Severity.HIGH, [picky], **known) == (("desk",) if is_told else ())
    assert route(("desk",), Severity.HIGH, [picky], **known) == (("desk",) if is_told else ())
    assert bool(unwanted(picky, Severity.HIGH, **known)) != is_told


@pytest.mark.parametrize(
    ("url", "scheme"),
    [("MailTo://a:b@c", "mailto"), ("console://", "console"), ("no-address-at-all", "")],
)
def test_a_targets_scheme_is_never_a_secret(url: str, scheme: str) -> None:
    assert Target("desk", Secret(url)).scheme == scheme


def test_a_target_hides_its_address() -> None:
    assert "s3cret" not in repr(Target("desk", Secret("slack://s3cret/s3cret/s3cret")))
