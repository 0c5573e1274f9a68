"""Metrics: bounded series, names that dashboards and alerts may use, a file in one piece."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from watcher.metrics import OTHERS, Metrics, write_file
from watcher.model import ClusterStatus, Depths, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DASHBOARD = ROOT / "deploy" / "grafana" / "watcher.json"
ALERTS = ROOT / "deploy" / "prometheus" / "watcher-alerts.yaml"
_NAME = re.compile(r"\b(?:watcher|process)_[a-z_]+\b")
_LABELS = re.compile(r"(\w+)\{([^}]*)\}")


def full() -> Metrics:
    """Every series that there is, once."""
    metrics = Metrics(["desk"], 2, "1.0")
    metrics.fetched("feed", "dns", 0.1)
    metrics.polled("a", "failed", 0, NOW)
    metrics.polled("b", "new", 2, NOW)
    metrics.entry("refused")
    metrics.article("new", ["high"], NOW)
    metrics.queued(["desk"])
    metrics.attempted("desk", "refused", 0.2, is_retry=True)
    metrics.delivered("desk", "a", {"seen": 1.0, "published": 60.0}, NOW)
    metrics.logged("error")
    metrics.lagged(0.01)
    metrics.in_force(3, "abc")
    metrics.active(2)
    metrics.deep(Depths(outbox={"desk": (2, 30.0)}))
    metrics.backed_up([NOW])
    metrics.on(Machine(1, 2, 3, 4, 5, 6))
    metrics.doing("poll", 1)
    metrics.well(is_healthy=True, is_usable=True)
    metrics.behind("disk", is_on=False)
    metrics.cluster(ClusterStatus("", ()))
    return metrics


def series(metrics: Metrics) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(metrics.written().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def queries() -> Iterator[tuple[str, str]]:
    """Every query of the dashboard and the alerts, with where it stands."""
    dashboard: Any = json.loads(DASHBOARD.read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for note in dashboard["annotations"]["list"]:
        yield note["name"], note["expr"]
    for variable in dashboard["templating"]["list"]:
        if "definition" in variable:
            yield variable["name"], variable["definition"]
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_what_dashboard_and_alerts_ask_for_is_there(where: str, query: str) -> None:
    there = series(full())
    names = set(_NAME.findall(query))

    assert names or "up{" in query
    assert names <= set(there) - {"instance"}
    for name, labels in _LABELS.findall(query):
        wanted = set(re.findall(r"(\w+)\s*[=!]~?", labels)) - {"instance", "job"}
        assert not wanted or wanted <= set(there[name][0])


def test_every_metric_is_shown_or_asked_for_somewhere() -> None:
    asked = " ".join(query for _, query in queries())
    shown = {name for name in series(full()) if name.startswith("watcher_")}
    base = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}

    not_shown = {name for name in base if name not in asked}
    assert not_shown == {
        "watcher_delivery_seconds",
        "watcher_disk_size_bytes",
        "watcher_rules_info",
    }


def test_the_reference_names_every_metric() -> None:
    reference = (ROOT / "REFERENCE.md").read_text()
    shown = {name for name in series(full()) if name.startswith("watcher_")}

    assert {
        name for name in shown if re.sub(r"_(bucket|sum|count)$", "", name) not in reference
    } == set()


def test_alerts_tell_what_to_do() -> None:
    for group in yaml.safe_load(ALERTS.read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in {"warning", "critical"}
            assert set(rule["annotations"]) == {"summary", "description"}


def test_panels_lie_beside_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_names_follow_the_conventions() -> None:
    for family in text_string_to_metric_families(full().written().decode()):
        if family.name.startswith("watcher_"):
            units = ("_seconds", "_bytes")
            assert not any(unit in family.name.removesuffix(unit) for unit in units)
            assert family.documentation
        if family.type == "counter":
            assert all(one.name.endswith("_total") for one in family.samples)


@given(st.lists(st.integers(0, 10_000).map(str), max_size=300), st.integers(0, 20))
def test_however_many_sources_there_are_the_series_stay_few(sources: list[str], most: int) -> None:
    metrics = Metrics(["desk"], most)
    for source in sources:
        metrics.delivered("desk", source, {"seen": 1.0}, NOW)

    labels = series(metrics).get("watcher_source_delivery_latency_seconds_count", [])
    shown = [one["source"] for one in labels]
    assert len(shown) == min(most, len(set(sources))) + (OTHERS in shown)
    counted = sum(
        sample.value
        for family in text_string_to_metric_families(metrics.written().decode())
        for sample in family.samples
        if sample.name == "watcher_source_delivery_latency_seconds_count"
    )
    assert counted == len(sources)


def test_ten_thousand_sources_cost_few_series_and_little_time() -> None:
    metrics = Metrics([f"target{number}" for number in range(10)], 200)
    for number in range(10_000):
        metrics.polled(f"s{number}", "nothing", 0, NOW)
        metrics.delivered(f"target{number % 10}", f"s{number}", {"seen": 1.0}, NOW)

    assert len(metrics.written().splitlines()) < 4_000


def test_two_daemons_in_one_process_count_apart() -> None:
    one, other = full(), Metrics(["desk"])

    assert series(one)["watcher_behind"]
    assert "watcher_behind" not in series(other)


def test_only_the_rules_in_force_are_named() -> None:
    metrics = full()
    metrics.in_force(4, "def")

    assert series(metrics)["watcher_rules_info"] == [{"revision": "def"}]


def test_a_clock_that_was_put_back_gives_no_negative_times() -> None:
    metrics = Metrics(["desk"])
    metrics.delivered("desk", "a", {"seen": -3600.0}, NOW)

    assert 'watcher_delivery_latency_seconds_sum{since="seen",target="desk"} 0.0' in (
        metrics.written().decode()
    )


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "watcher.prom").mkdir()
    (tmp_path / "watcher.prom" / "full").touch()

    with pytest.raises(OSError, match=r"watcher\.prom"):
        write_file(tmp_path / "watcher.prom", b"a 1\n")

    assert [path.name for path in tmp_path.iterdir()] == ["watcher.prom"]
