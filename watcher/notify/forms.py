"""How a paragraph is written in the markup of each form. Pure.

A form is a template and the way in which it writes what the template names: paragraphs with their
hits marked, all other text with everything escaped that would mean something there.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from watcher.notify.bidi import Paragraph, flat
from watcher.notify.parts import Quote

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGIN, _END = "\x01", "\x02"
"""Stand for the marks while text is escaped; cleaned text has no such characters."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
_CALL_TO_ALL = re.compile(r"@(?=everyone|here|channel|all)", re.IGNORECASE)
_PARENTHESES = str.maketrans({"(": "%28", ")": "%29", "*": "%2A", "_": "%5F", "~": "%7E"})
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack has no escape for its marks, so text that merely contains them gets look-alikes. An
# underscore within a word means nothing; a colon does before what could be an emoji's name.
_SLACK = _ENTITIES | str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})
_SLACK_ITALICS = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_SLACK_EMOJI = re.compile(r":(?=[a-z0-9_+'-]+:)")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write messages."""

    template: str
    escape: Callable[[str], str]
    address: Callable[[str], str]
    """Writes a web address where the form wants a link to lead."""
    hit: tuple[str, str] = ("", "")
    gone: tuple[str, str] = ("", "")
    new: tuple[str, str] = ("", "")

    def write(self, said: Paragraph | Quote | str) -> str:
        """Write text with its hits marked."""
        if isinstance(said, Paragraph):
            return self._marked(said, self.hit)
        if isinstance(said, Quote):
            return self._marked(said.text, self.gone if said.change == "gone" else self.new)
        return self.escape(said)

    def plain(self, said: Paragraph) -> str:
        """Write text without marks."""
        return self.escape(flat(said))

    def _marked(self, said: Paragraph, mark: tuple[str, str]) -> str:
        if not any(mark):
            return self.plain(said)
        text = self.escape(flat(said, mark=(_BEGIN, _END)))
        return text.replace(_BEGIN, mark[0]).replace(_END, mark[1])


def slack_escape(text: str) -> str:
    """Write text so that Slack shows it as it is; a `>` in front would make it a quotation."""
    safe = _SLACK_EMOJI.sub("\u2236", _SLACK_ITALICS.sub("\u02cd", text.translate(_SLACK)))
    return f"\u203a{safe[4:]}" if safe.startswith("&gt;") else safe


def _markdown_escape(text: str) -> str:
    """Escape text, and part the words at which Discord and Mattermost wake everybody."""
    return _CALL_TO_ALL.sub("@\u2060", _MARKDOWN.sub(r"\\\1", text))


def _as_it_is(text: str) -> str:
    return text


HTML: Final = Form("mail.html.j2", html.escape, html.escape)
"""Marks are the business of its template, which knows the colors."""
TEXT: Final = Form(
    "mail.txt.j2", _as_it_is, _as_it_is, hit=("*", "*"), gone=("[-", "-]"), new=("*", "*")
)
MARKDOWN: Final = Form(
    "message.md.j2",
    _markdown_escape,
    lambda url: url.translate(_PARENTHESES),
    hit=("**", "**"),
    gone=("**", "**"),
    new=("**", "**"),
)
TELEGRAM: Final = Form(
    "telegram.html.j2",
    html.escape,
    html.escape,
    hit=("<b>", "</b>"),
    gone=("<s>", "</s>"),
    new=("<b>", "</b>"),
)
FORMS: Final = (HTML, TEXT, MARKDOWN, TELEGRAM)

SLACK: Final = Form("", slack_escape, slack_escape, ("*", "*"), ("~", "~"), ("*", "*"))
"""Slack takes blocks, which no template writes."""
