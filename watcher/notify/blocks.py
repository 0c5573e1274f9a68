"""A message as Slack's blocks, within Slack's limits. Pure."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from watcher.notify import wording
from watcher.notify.bidi import (
    FIRST_STRONG_ISOLATE,
    POP_DIRECTIONAL_ISOLATE,
    RIGHT_TO_LEFT_ISOLATE,
    Paragraph,
    shorten,
)
from watcher.notify.forms import SLACK, slack_escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from watcher.notify.parts import Message, Quote, Story, Topic

Block: TypeAlias = dict[str, Any]

_MAX_HEADER = 150
_MAX_SECTION = 2900
"""Of 3,000 that a section may hold."""
_MAX_CONTEXT = 1900
"""Of 2,000 that an element of a context may hold."""
_MAX_TEXT = 3000
"""Of 4,000 that Slack advises for the text of notifications."""
_MAX_BLOCKS = 50
_MOST_APART = 10
"""More topics than these stand together, without a line between them, so that all find room."""
_NO_ISOLATES = str.maketrans(
    dict.fromkeys((FIRST_STRONG_ISOLATE, RIGHT_TO_LEFT_ISOLATE, POP_DIRECTIONAL_ISOLATE))
)


def as_slack(message: Message) -> dict[str, Any]:
    """Give a Slack message: blocks, and the plain text that notifications show."""
    end = list(_end(message))
    begin = list(_begin(message))
    room = _MAX_BLOCKS - len(end)
    if len(begin) > room:
        begin = [*begin[: room - 1], _context([wording.CUT_SHORT])]
    return {
        "text": _fitting(message.subject, _MAX_TEXT),
        "blocks": [*begin, *end],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _begin(message: Message) -> Iterator[Block]:
    header = _fitting(message.heading, _MAX_HEADER)
    yield {"type": "header", "text": {"type": "plain_text", "text": header, "emoji": True}}
    yield from _sections(map(_written, message.news))
    for quote in message.quotes:
        yield _section(f"{quote.label}:\n> {_written(quote)}")
    for passage in message.passages:
        yield _section(_written(passage))
    if len(message.topics) > 1:
        yield from _contents(message.topics)
    topics = [_topic(topic) for topic in message.topics]
    if len(topics) > _MOST_APART:
        yield from _sections(chain(*topics), "\n\n")
        return
    for texts in topics:
        yield {"type": "divider"}
        yield from _sections(texts, "\n\n")


def _end(message: Message) -> Iterator[Block]:
    yield _section(_written(message.reason))
    if message.facts:
        yield _context([f"{fact.label}: {_written(fact.value)}" for fact in message.facts])
    links = [_link(link.url, link.label) for link in message.links]
    yield from _sections(filter(None, links), " · ")


def _contents(topics: tuple[Topic, ...]) -> list[Block]:
    lines = [f"{n}. {_written(t.name)} ({t.count})" for n, t in enumerate(topics, start=1)]
    return _sections([f"{wording.CONTENTS}:", *lines])


def _topic(topic: Topic) -> list[str]:
    return [f"*{SLACK.plain(topic.name)}* ({topic.count})", *map(_story, topic.stories)]


def _story(story: Story) -> str:
    told = story.told
    head = slack_escape(told.heading)
    facts = [f for f in told.facts if f.label in wording.DIGEST_FACTS]
    small = " · ".join(f"{fact.label}: {_written(fact.value)}" for fact in facts)
    lines = [f"• {_link(told.url, head) or head}", small]
    lines[1:1] = map(_written, (*told.news[:1], *story.also))
    while len("\n".join(lines)) > _MAX_SECTION:
        del lines[-1]
    return "\n".join(lines)


def _link(url: str, label: str) -> str:
    """Write a link; nothing for an address that would not fit, as half of it leads nowhere."""
    address = url.replace("&", "&amp;").replace("|", "%7C")
    return f"<{address}|{label}>" if 0 < len(address) < _MAX_SECTION - len(label) - 10 else ""


def _written(said: Paragraph | Quote) -> str:
    """Write a paragraph with its marks, or as much of its words as a section holds."""
    text = SLACK.write(said)
    limit = _MAX_SECTION - 100
    if len(text) <= limit:
        return text
    return _fitting(said.text if isinstance(said, Paragraph) else said.text.text, limit)


def _fitting(text: str, limit: int) -> str:
    """Escape text and cut it to a limit; without isolates, none of which the cut may leave open."""
    whole = slack_escape(text)
    if len(whole) <= limit:
        return whole
    room, plain = limit, text.translate(_NO_ISOLATES)
    while len(cut := slack_escape(shorten(plain, room))) > limit:
        room -= max(1, (len(cut) - limit) // 5)
    return cut


def _sections(texts: Iterable[str], joint: str = "\n") -> list[Block]:
    return [_section(text) for text in _packed(texts, _MAX_SECTION, joint)]


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(texts: list[str]) -> Block:
    packed = _packed(texts, _MAX_CONTEXT, " · ")
    return {"type": "context", "elements": [_mrkdwn(text) for text in packed]}


def _mrkdwn(text: str) -> dict[str, Any]:
    """Give text whose marks are ours; `verbatim` keeps Slack from finding links in it."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _packed(texts: Iterable[str], limit: int, joint: str) -> list[str]:
    """Put texts together into as few as hold them."""
    packed: list[str] = []
    for text in texts:
        if packed and len(packed[-1]) + len(joint) + len(text) <= limit:
            packed[-1] += joint + text
        else:
            packed.append(text)
    return packed
