"""What the YAML parser says, put so that somebody who never heard of tokens can mend it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yaml import MarkedYAMLError

from watcher.errors import Problem

if TYPE_CHECKING:
    from yaml import YAMLError

_QUOTE = "Put the whole text in quotes, or look for a wrong indentation."

# Part of the parser's sentence -> what it means. libyaml and PyYAML word most of them alike.
_MEANINGS = {
    "mapping values are not allowed": f"a ':' stands where no second one may. {_QUOTE}",
    "sequence entries are not allowed": "a list starts here. Put each '- ' on a line of its own.",
    "could not find expected ':'": "a line without ':' stands between keys. Write 'key: value', or "
    "indent it further if it belongs to the line before.",
    "incompatible YAML document": "the '%YAML' line names an unknown version. Remove the line.",
    "unknown escape character": "an unknown '\\' escape stands in this text. Use single quotes, "
    "where '\\' is a plain character.",
    "comment or line break": "text stands behind '|' or '>'. Start it on the next line, indented.",
    "alphabetic or numeric character": "'*' and '&' name anchors in YAML. Put the text in quotes.",
}
_BRACKETS = {"flow sequence": "[", "flow mapping": "{"}


def explain(error: YAMLError, name: str, text: str) -> Problem:
    """Translate a syntax error, with the place where a person should look."""
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return Problem(name, 0, 0, "", f"this is not YAML: {_first_line(str(error))}")
    lines = text.splitlines()
    line, col = error.problem_mark.line, error.problem_mark.column
    opened = error.context_mark
    what = _seen_there(lines, line, col) or _meaning(error)
    if opened is not None and _starts_there(error):
        line, col = opened.line, opened.column
    return Problem(name, line + 1, col + 1, "", what)


def _meaning(error: MarkedYAMLError) -> str:
    problem, context = error.problem or "", error.context or ""
    if "end of stream" in problem:
        return "this quote is never closed. Add the closing quote."
    for word, bracket in _BRACKETS.items():
        if word in context:
            return f"this '{bracket}' is never closed, or a comma is missing behind it"
    for part, meaning in _MEANINGS.items():
        if part in problem:
            return meaning
    if "block" in context:
        return (
            "this line fits no line above it. Indent it like its neighbors; text that holds "
            "quotes, ':' or '#' wants quotes around all of it."
        )
    return f"this is not YAML: {_first_line(problem)}"


def _starts_there(error: MarkedYAMLError) -> bool:
    """Tell whether the mistake is where something was opened, not where the parser gave up."""
    context = error.context or ""
    is_quote = "quoted scalar" in context and "end of stream" in (error.problem or "")
    return is_quote or any(word in context for word in (*_BRACKETS, "simple key"))


def _seen_there(lines: list[str], line: int, col: int) -> str:
    """Name the character at which the parser stopped, where that alone is the mistake."""
    if line >= len(lines) or col >= len(lines[line]):
        return ""
    row = lines[line]
    indent = row[: len(row) - len(row.lstrip())]
    if "\t" in indent and col <= len(indent):
        return "a tab indents this line. YAML wants spaces."
    if row[col] in "]}":
        return f"this '{row[col]}' closes nothing. Remove it, or put the text in quotes."
    if row[col] in "@`%" and not row.startswith("%"):
        return f"a value cannot start with '{row[col]}'. Put it in quotes."
    return ""


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
