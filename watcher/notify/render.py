"""A message in the form each service shows best: HTML, plain text, Markdown, Slack blocks. Pure."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from watcher.model import Severity
from watcher.notify import wording
from watcher.notify.bidi import flat, isolate, shorten

if TYPE_CHECKING:
    import jinja2

    from watcher.notify.bidi import Paragraph
    from watcher.notify.message import Message

_COLORS = {
    Severity.LOW: "#6b7280",
    Severity.MEDIUM: "#2563eb",
    Severity.HIGH: "#c2410c",
    Severity.CRITICAL: "#b91c1c",
}
_STARS = ("*", "*")
_MAX_HEADER = 150
_MAX_ADDRESS = 2900
"""Of 3,000 that a section may hold; all other sections stay below by the limits on their parts."""
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Slack has no escape for its marks, so text that merely contains them gets look-alikes.
_SLACK = _ENTITIES | str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def as_text(message: Message) -> str:
    """Give plain text: hits between asterisks, foreign runs isolated, the address alone on a line.

    The address stands alone because mail programs take a closing isolate for a part of it.
    """
    lines = [flat(message.title, mark=_STARS), ""]
    for passage in message.passages:
        lines += [flat(passage, mark=_STARS), ""]
    lines += [
        f"{wording.RULE}: {flat(message.rule)} ({isolate(message.rule_id)})",
        f"{wording.IMPORTANCE}: {message.severity_word}",
        flat(message.why),
        *(f"{fact.label}: {flat(fact.value)}" for fact in message.facts),
    ]
    if message.url:
        lines += ["", f"{wording.LINK}:", message.url]
    return "\n".join(lines) + "\n"


def as_html(message: Message) -> str:
    """Give a whole HTML document for mail: right-to-left, inline styles, tables, no images."""
    template = _environment().get_template("mail.html.j2")
    return template.render(m=message, w=wording, color=_COLORS[message.severity])


def as_markdown(message: Message, *, with_title: bool) -> str:
    """Give CommonMark: hits in bold, everything scraped escaped.

    `with_title` puts the headline on top, for services that have no title of their own.
    """
    blocks = [f"**{_escaped(message.title)}**"] if with_title else []
    blocks += [_bold(passage) for passage in message.passages]
    small = [
        f"{wording.RULE}: {_escaped(message.rule)} ({isolate(message.rule_id)})",
        f"{wording.IMPORTANCE}: {message.severity_word}",
        _escaped(message.why),
        *(f"{fact.label}: {_escaped(fact.value)}" for fact in message.facts),
    ]
    blocks.append("  \n".join(small))
    if message.url:
        address = message.url.replace("(", "%28").replace(")", "%29").replace("*", "%2A")
        blocks.append(f"[{wording.LINK}](<{address}>)")
    return "\n\n".join(blocks)


def as_slack(message: Message) -> dict[str, Any]:
    """Give a Slack message: blocks, and the plain text that notifications show."""
    rule = f"*{_slack_text(message.rule)}* ({isolate(message.rule_id)})"
    severity = f"{wording.IMPORTANCE}: {message.severity_word}"
    facts = " · ".join(f"{f.label}: {_slack_text(f.value)}" for f in message.facts)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _header(message)}},
        *(_section(_slack_text(passage, mark=_STARS)) for passage in message.passages),
        _section(f"{rule} · {severity}\n{_slack_text(message.why)}"),
        {"type": "context", "elements": [{"type": "mrkdwn", "text": facts}]},
    ]
    address = message.url.replace("&", "&amp;").replace("|", "%7C")
    if 0 < len(address) < _MAX_ADDRESS:
        blocks.append(_section(f"<{address}|{wording.LINK}>"))
    return {
        "text": message.subject.translate(_SLACK),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _header(message: Message) -> str:
    urgent = wording.URGENT.get(message.severity)
    head = f"{urgent}: " if urgent else ""
    whole = f"{head}{flat(message.title)}".translate(_ENTITIES)
    if len(whole) <= _MAX_HEADER:
        return whole
    # Without isolates, none of which could then be left open by the cut.
    room, plain = _MAX_HEADER, head + message.title.text
    while len(cut := shorten(plain, room).translate(_ENTITIES)) > _MAX_HEADER:
        room -= 5
    return cut


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _slack_text(para: Paragraph, *, mark: tuple[str, str] = ("", "")) -> str:
    placeholder = ("\x01", "\x02") if mark[0] else ("", "")
    text = flat(para, mark=placeholder).translate(_SLACK)
    return text.replace("\x01", mark[0]).replace("\x02", mark[1])


def _escaped(para: Paragraph) -> str:
    return _MARKDOWN.sub(r"\\\1", flat(para))


def _bold(para: Paragraph) -> str:
    text = _MARKDOWN.sub(r"\\\1", flat(para, mark=("\x01", "\x02")))
    return text.replace("\x01", "**").replace("\x02", "**")


@functools.cache
def _environment() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("watcher.notify"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
