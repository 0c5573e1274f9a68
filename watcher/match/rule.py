"""A rule as the rest of the program sees it, without its condition. Pure values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from watcher.document import value
from watcher.model import Severity

if TYPE_CHECKING:
    from watcher.document import Mark
    from watcher.model import Article, When, Where

Expect: TypeAlias = Literal["match", "silent"]


@value
class RuleTest:
    """An article that a rule's author made up, and what the rule shall say about it."""

    name: str
    mark: Mark
    article: Article
    source_name: str
    expect: Expect
    where: Where | None = None


@value
class Rule:
    """What is watched for and who is told; `mark` is the place of the rule in its file."""

    id: str
    title: str
    mark: Mark
    severity: Severity = Severity.MEDIUM
    notify: tuple[str, ...] = ()
    """Names of targets; empty for every target."""
    max_age_s: float | None = None
    """Older articles are recorded and not alerted on; None for the config's limit."""
    where: tuple[Where, ...] = ()
    """Where a match must have been found; empty for anywhere."""
    tests: tuple[RuleTest, ...] = ()
    topic: str = ""
    """What alerts are routed and digests are grouped by; empty for none."""
    when: When | None = None
    """What it waits for before it tells anybody; None for nothing: each story is told."""
