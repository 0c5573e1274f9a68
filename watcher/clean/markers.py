"""Shortcodes that a content system left in the text. Pure."""

from __future__ import annotations

import re

_PAIRED = re.compile(r"\[(caption)\b[^\]\[\n]{0,300}\].{0,600}?\[/\1\]", re.IGNORECASE)
_MARKER = re.compile(
    r"""\[/?(?:
        [a-z][a-z0-9]*(?:[_-][a-z0-9]+)+(?:\s[^\]\[\n]{0,300})?      # [ad_1] [vc_row full="1"]
      | [a-z][\w-]*\s+[\w-]+\s*=[^\]\[\n]{0,300}                     # [gallery ids="1,2"]
      | (?<=/)[a-z][\w-]*                                    # [/embed]
      | (?:embed|gallery|caption|video|audio|playlist|youtube|tweet|twitter|instagram|toc|ads?)
    )\s*/?\]""",
    re.VERBOSE | re.IGNORECASE,
)
_BLOCK = re.compile(r"<!--\s*/?\s*[\w:/-]+[^>]{0,300}-->")


def strip_markers(line: str) -> tuple[str, tuple[str, ...]]:
    """Give a line without its shortcodes, and the shortcodes.

    >>> strip_markers("[ad_1] نص")
    ('نص', ('[ad_1]',))
    """
    found: list[str] = []
    for pattern in (_PAIRED, _MARKER, _BLOCK):
        found += [match[0] for match in pattern.finditer(line)]
        line = pattern.sub(" ", line)
    return (" ".join(line.split()) if found else line), tuple(dict.fromkeys(found))
