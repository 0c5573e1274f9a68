"""Literals and regular expressions. Owns google-re2: linear time for any pattern and text.

RE2's messages are written for programmers; `refusal` says them to the author of a rule.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import re2

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watcher.match.written import Mode

_MAX_MEMORY = 64 * 1024 * 1024
"""Bytes a set of patterns may use; RE2's default of 8 MB holds some hundred Arabic alternatives."""
_ALWAYS = ""
"""A pattern that occurs in every text: where a set does not find it, the set was not searched."""


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return options


def refusal(pattern: str) -> str:
    """Say why a pattern cannot be used, or give an empty text.

    >>> refusal("(قتيل")
    'not a regular expression: missing ): (قتيل.'
    """
    try:
        compiled = re2.compile(pattern, _options())
    except re2.error as error:
        return _explained(error)
    if compiled.programsize <= 1:
        return "this regular expression can never match"
    if compiled.search("") is not None:
        return "this regular expression matches the empty text, so it would match everywhere"
    return ""


def _explained(error: re2.error) -> str:
    reason = error.args[0] if error.args else b""
    words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    hint = ""
    if "invalid perl operator" in words or "invalid escape" in words:
        hint = " RE2 has no look-around and no back references."
    return f"not a regular expression: {words}.{hint}"


@lru_cache(maxsize=4096)
def regex(pattern: str) -> re2._Regexp:
    """Compile a regular expression, once."""
    return re2.compile(pattern, _options())


class Patterns:
    """All literals and regular expressions of a set of rules, looked for together.

    Pickles as its texts: what RE2 compiled stays in the process that compiled it.
    """

    __slots__ = ("_literals", "_regexes", "_set", "texts")

    def __init__(self, texts: Sequence[tuple[Mode, str]]) -> None:
        self.texts = tuple(texts)
        numbered = list(enumerate(self.texts))
        self._literals = [(number, text) for number, (mode, text) in numbered if mode == "literal"]
        self._regexes = [(number, text) for number, (mode, text) in numbered if mode == "regex"]
        self._set: re2.Set | None = None

    def __reduce__(self) -> tuple[type[Patterns], tuple[tuple[tuple[Mode, str], ...]]]:
        return Patterns, (self.texts,)

    def __len__(self) -> int:
        return len(self.texts)

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Give (number of the pattern, start, end) for each place; places of one do not overlap."""
        for number, literal in self._literals:
            start = text.find(literal)
            while start >= 0:
                yield number, start, start + len(literal)
                start = text.find(literal, start + len(literal))
        for number, pattern in self._occurring(text):
            for found in regex(pattern).finditer(text):
                if found.end() > found.start():
                    yield number, found.start(), found.end()

    def _occurring(self, text: str) -> list[tuple[int, str]]:
        """Give the regexes that occur, found in one pass over the text."""
        if len(self._regexes) < 2:
            return self._regexes
        if self._set is None:
            self._set = self._build()
        found = sorted(self._set.Match(text))
        # RE2 gives up silently when its memory does not suffice.
        if not found or found[-1] != len(self._regexes):
            return self._regexes
        return [self._regexes[place] for place in found[:-1]]

    def _build(self) -> re2.Set:
        built = re2.Set.SearchSet(_options())
        for _, pattern in (*self._regexes, (0, _ALWAYS)):
            built.Add(pattern)
        built.Compile()
        return built
