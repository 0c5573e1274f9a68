"""What a check finds, and what it is given to look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from watcher.clock import Clock
    from watcher.config import Config
    from watcher.errors import Problem

State: TypeAlias = Literal["good", "warning", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and what to do where it is not well."""

    check: str
    state: State
    what: str
    advice: str = ""

    def masked(self, mask: Callable[[str], str]) -> Finding:
        """Give the same without secrets."""
        return replace(self, what=mask(self.what), advice=mask(self.advice))


@dataclass(frozen=True, slots=True)
class Given:
    """The configuration as far as it can be read, with what is wrong in it."""

    config: Config
    problems: tuple[Problem, ...]
    now: Clock


def good(check: str, what: str) -> Finding:
    """Say that all is well."""
    return Finding(check, "good", what)


def warn(check: str, what: str, advice: str = "") -> Finding:
    """Say what wants attention before long."""
    return Finding(check, "warning", what, advice)


def bad(check: str, what: str, advice: str = "") -> Finding:
    """Say what is broken."""
    return Finding(check, "bad", what, advice)


def unknown(check: str, what: str, advice: str = "") -> Finding:
    """Say what could not be found out."""
    return Finding(check, "unknown", what, advice)
