"""What targets wish for their people, and signed links, as written in a configuration."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from watcher.config import patterns_that_fit_nothing, read_config
from watcher.config.settings import LinkSettings
from watcher.model import Secret, Severity
from watcher.notify import DigestTimes, QuietHours, Target

GOOD = Path(__file__).parents[1] / "config" / "good" / "sources.yaml"

WRITTEN = """\
sources: {sources}
targets:
  - name: desk
    url: console://
    timezone: Asia/Baghdad
    rules: [coalition-*, oil-opec]
    topics: [security, "النفط  والغاز"]
    sources: nahr
    updates: [corrections, closing]
    quiet: {{from: 22:00, to: 6:30, days: [sun, Thu]}}
    digest: {{at: [18:00, "08:00", 08:00], up_to: medium}}
    most_per_hour: 12
    fallback: officer
    escalate: {{to: officer, after: 30m, from: critical}}
  - {{name: officer, url: 'console://', updates: none, digest: {{every: 6h}}}}
links:
  url: https://watch.example.org/w/
  secret: ${{SECRET}}
"""


def read(tmp_path: Path, text: str):
    file = tmp_path / "watcher.yaml"
    file.write_text(text, encoding="utf-8")
    return read_config(file, {"SECRET": "0123456789abcdef" * 2})


def test_every_wish_is_read_as_it_is_written(tmp_path):
    config, problems = read(tmp_path, WRITTEN.format(sources=GOOD))

    assert problems == []
    assert config.targets[0] == Target(
        name="desk",
        url=Secret("console://"),
        zone="Asia/Baghdad",
        rules=("coalition-*", "oil-opec"),
        topics=("security", "النفط والغاز"),
        sources=("nahr",),
        updates=frozenset({"corrections", "closing"}),
        quiet=QuietHours(time(22), time(6, 30), frozenset({6, 3})),
        digest=DigestTimes((time(8), time(18)), up_to=Severity.MEDIUM),
        most_per_hour=12,
        fallback="officer",
        escalate_to="officer",
        escalate_after_s=1800.0,
        escalate_from=Severity.CRITICAL,
    )
    assert config.targets[1].updates == frozenset()
    assert config.targets[1].digest == DigestTimes(every_s=21600.0)
    assert config.links == LinkSettings(
        Secret("0123456789abcdef" * 2), "https://watch.example.org/w", ("127.0.0.1", 8787)
    )


def test_a_target_without_wishes_is_told_of_everything_at_once(tmp_path):
    config, problems = read(
        tmp_path, f"sources: {GOOD}\ntargets: [{{name: desk, url: 'console://'}}]\n"
    )

    assert problems == []
    assert config.targets == (Target("desk", Secret("console://")),)
    assert config.links is None


def test_the_secret_of_links_never_shows_itself(tmp_path):
    config, _ = read(tmp_path, WRITTEN.format(sources=GOOD))

    assert "0123456789" not in repr(config)


def test_patterns_that_fit_nothing_are_told_with_their_places(tmp_path):
    file = tmp_path / "watcher.yaml"
    file.write_text(WRITTEN.format(sources=GOOD), encoding="utf-8")
    known = {"rules": ["coalition-leaves", "oil-opecs"], "topics": ["security"], "sources": []}

    problems = patterns_that_fit_nothing(file, known)

    assert [(found.line, found.col, found.level) for found in problems] == [
        (6, 26, "warning"),
        (7, 24, "warning"),
        (8, 14, "warning"),
    ]
    assert problems[0].what == "there is no rule that 'oil-opec' fits. Did you mean 'oil-opecs'?"
