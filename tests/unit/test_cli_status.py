"""How `watcher status` says how sources are."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from watcher.cli import cluster_view, status
from watcher.model import ClusterStatus, MemberStatus, SourceState, Trouble
from watcher.record import OutboxStatus, SourceStatus, Status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STATE = SourceState("nahr", "https://nahr.example/rss", NOW, succeeded=NOW)
DEAD = Trouble(1, "nahr", "dead", NOW - timedelta(days=2), None, "polls fail since yesterday")
SHOWN = replace(STATE.condition, delay_s=240.0, rhythm=b"\x00\xff")


def source(**more: object) -> SourceStatus:
    return SourceStatus("نهر", replace(STATE, condition=SHOWN), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("counts", "bars"),
    [((), ""), ((0, 0), "··"), ((0, 1, 4, 8), "·▁▄█"), ((1, 1000), "▁█"), ((5,), "█")],
)
def test_a_sparkline_shows_every_day_with_something(counts: tuple[int, ...], bars: str) -> None:
    """A single article is seen beside a thousand."""
    assert status.sparkline(counts) == bars


@pytest.mark.parametrize(
    ("shown", "word"),
    [
        pytest.param(SourceStatus("a", STATE), "well", id="well"),
        pytest.param(SourceStatus("a", replace(STATE, succeeded=None)), "not polled yet", id="new"),
        pytest.param(SourceStatus("a", replace(STATE, failures=1)), "failing", id="failing"),
        pytest.param(source(troubles=(DEAD,)), "dead", id="a trouble"),
        pytest.param(
            SourceStatus("a", replace(STATE, condition=replace(SHOWN, failing_since=NOW))),
            "recovering",
            id="a 304 after failures",
        ),
        pytest.param(
            SourceStatus("a", replace(STATE, condition=replace(SHOWN, empty_since=NOW))),
            "empty",
            id="an empty feed",
        ),
    ],
)
def test_health_in_a_word(shown: SourceStatus, word: str) -> None:
    """The worst that is known."""
    assert status.health_of(shown)[0] == word


def test_the_tables_name_trouble_and_remedy() -> None:
    """With the last good article, the expected delay, and the last days."""
    shown = source(troubles=(DEAD,), days=(0, 2, 4), article_at=NOW - timedelta(hours=50))
    found = Status(NOW, (shown,), 0, 0, 6, 0, 6, OutboxStatus(0, None, 0, 0), (), ())
    wide = Console(width=240, file=io.StringIO())
    wide.print(status._sources(found), status._troubles(found))
    assert isinstance(wide.file, io.StringIO)
    printed = wide.file.getvalue()

    for word in ("dead", "2 d ago", "·▄█", "~4 min", "it cannot be polled", "new address"):
        assert word in printed
    assert json.loads(json.dumps(status._as_data(found), default=str))["sources"][0]["health"]


# --- a cluster ------------------------------------------------------------------------------------


def process(pid: int, roles: str, **more: object) -> MemberStatus:
    given: dict[str, object] = {"silent_s": 0.4, "is_gone": False, "is_leading": False}
    given |= {"rules": "a" * 64, "settings": "one", "version": "1.0", "started": NOW}
    return MemberStatus("north", pid, tuple(roles.split(",")), **given | more)  # type: ignore[arg-type]


LEADER = process(11, "schedule,send", is_leading=True)


def test_each_process_of_a_cluster_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who leads, what each is at, and what is odd about it."""
    wide = Console(width=160, file=io.StringIO())
    monkeypatch.setattr(cluster_view, "out", wide)
    odd = process(22, "work", rules="b" * 64, settings="two", version="1.1")
    odd = replace(odd, entries=3, requests=12)
    gone = process(33, "send", is_gone=True, silent_s=600, is_leading=False, rules="c")
    cluster_view.show_cluster(ClusterStatus("a" * 64, (LEADER, odd, gone)))
    assert isinstance(wide.file, io.StringIO)
    printed = wide.file.getvalue().splitlines()

    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed if "│" in line]
    assert rows == [
        ["north", "11", "leads", "0 s ago", "schedule, send", "", "1.0", "a" * 12],
        ["north", "22", "there", "0 s ago", "work", "hosts: 12, entries: 3", "1.1", "b" * 12],
        ["north", "33", "gone", "10 min ago", "send", "", "1.0", "c"],
    ]
    [remarks] = [line for line in printed if "process" in line and ": " in line]
    assert remarks.startswith("north, process 22: rules are not those in force yet; ")
    assert "sources differ from the leader's; version differs from the leader's (1.0)" in remarks


@pytest.mark.parametrize(
    ("members", "problems"),
    [
        pytest.param((LEADER, process(2, "work")), [], id="well"),
        pytest.param((LEADER,), ["role work"], id="nobody reads"),
        pytest.param(
            (LEADER, process(2, "work", is_gone=True)), ["role work"], id="who did is gone"
        ),
        pytest.param((process(1, "schedule,send,work"),), ["no process leads"], id="no leader"),
        pytest.param((process(1, "work"),), ["role schedule", "role send"], id="no scheduler"),
    ],
)
def test_what_nobody_does_is_said(members: tuple[MemberStatus, ...], problems: list[str]) -> None:
    found = ClusterStatus("a" * 64, members).problems

    assert len(found) == len(problems)
    assert all(word in what for word, (what, _) in zip(problems, found, strict=True))
    assert all(advice for _, advice in found)


def test_programs_are_told_of_the_cluster_too() -> None:
    cluster = ClusterStatus("a" * 64, (LEADER, process(2, "send", rules="")))
    outbox = OutboxStatus(0, None, 0, 0)
    found = Status(NOW, (), 0, 0, 6, 0, 6, outbox, (), (), cluster=cluster)
    data = json.loads(json.dumps(status._as_data(found), default=str))["cluster"]

    assert data["problems"] == [what for what, _ in cluster.problems]
    assert data["members"][1]["remarks"] == ["rules are not those in force yet"]
    assert data["members"][0]["is_leading"]
