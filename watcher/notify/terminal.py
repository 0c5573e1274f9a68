"""A message for a terminal, in color where it has colors. Writes to a stream that is handed in."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from watcher.model import Severity
from watcher.notify import wording
from watcher.notify.bidi import flat, isolate, isolates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from watcher.notify.bidi import Paragraph
    from watcher.notify.parts import Message, Story

_STYLES = {
    Severity.LOW: "bold white on grey37",
    Severity.MEDIUM: "bold white on blue",
    Severity.HIGH: "bold white on dark_orange3",
    Severity.CRITICAL: "bold white on red3",
}
_HIT = "bold black on yellow"
_CHANGED = {"gone": "strike white on dark_red", "new": "bold black on green"}
_PLAIN_MARKS = {_CHANGED["gone"]: ("[-", "-]")}
"""What stands around marked words where there are no colors."""


def write(message: Message, console: Console) -> None:
    """Print a message; raises OSError when the stream is closed or its reader is gone.

    Letters keep their logical order: terminals either reorder themselves or leave it to the reader,
    and no frame is drawn because a reordering terminal would tear it apart. Without color, hits
    stand between asterisks.
    """
    page = _page_like(console)
    with page.capture() as capture:
        for line in _lines(message, colored=page.color_system is not None):
            is_whole = line.no_wrap or not console.is_terminal
            page.print(line, soft_wrap=is_whole, highlight=False)
        for link in message.links:  # never broken over two lines, so that it can be followed
            label = "" if link.url == message.url else f"{link.label}: "
            address = Text.assemble(label, (link.url, "underline blue"))
            page.print(address, soft_wrap=True, highlight=False)
    # Not printed directly: Rich ends the whole program when the pipe is broken.
    _put(console.file, capture.get() + "\n")


def _lines(message: Message, *, colored: bool) -> Iterator[Text]:
    label = f"{message.kind_word or wording.ALERT} · {message.severity_word}"
    head = Text(f" {label} " if colored else label, style=_STYLES[message.severity])
    if message.kind == "digest":
        yield head
    else:
        rule = _line(message.rule, "bold cyan", colored=colored)
        yield Text.assemble(head, "  ", rule, f" ({isolate(message.rule_id)})")
    yield _line(message.title, "bold", colored=colored)
    for line in message.news:
        yield _line(line, "bold magenta", colored=colored)
    for quote in message.quotes:
        text = _line(quote.text, "", colored=colored, hit=_CHANGED[quote.change])
        yield Text.assemble((f"{quote.label}: ", "dim"), text)
    for passage in message.passages:
        yield _line(passage, "", colored=colored)
    for number, topic in enumerate(message.topics, start=1):
        name = _line(topic.name, "bold cyan", colored=colored)
        yield Text.assemble(f"{number}. ", name, f" ({topic.count})")
        for story in topic.stories:
            yield from _story(story, colored=colored)
    yield _line(message.why, "green", colored=colored)
    if message.facts:
        yield _facts(message)


def _story(story: Story, *, colored: bool) -> Iterator[Text]:
    told = story.told
    kind = f"{told.kind_word}: " if told.kind_word else ""
    title = _line(told.title, "bold", colored=colored)
    yield Text.assemble("• ", (kind, "bold magenta"), title)
    for line in (*told.news[:1], *story.also):
        yield _line(line, "", colored=colored)
    yield _facts(told, wording.DIGEST_FACTS)
    if told.url:
        yield Text(told.url, "underline blue", no_wrap=True)


def _facts(message: Message, labels: Sequence[str] = ()) -> Text:
    shown = [fact for fact in message.facts if not labels or fact.label in labels]
    facts = " · ".join(f"{fact.label}: {flat(fact.value)}" for fact in shown)
    return Text(facts, style="dim")


def _page_like(console: Console) -> Console:
    """Give a console that writes to memory what another would write to its stream."""
    colors: Any = None if console.no_color else console.color_system
    return Console(
        file=io.StringIO(),
        width=console.width,
        force_terminal=console.is_terminal,
        color_system=colors,
        legacy_windows=False,
    )


def _put(stream: IO[str], text: str) -> None:
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = getattr(stream, "encoding", None) or "ascii"
        stream.write(text.encode(encoding, "replace").decode(encoding))
    stream.flush()


def _line(para: Paragraph, style: str, *, colored: bool, hit: str = _HIT) -> Text:
    if not colored:
        return Text(flat(para, mark=_PLAIN_MARKS.get(hit, ("*", "*"))))
    line = Text(style=style)
    for run in para.runs:
        begin, end = isolates(run.direction)
        line.append(begin)
        for piece in run.pieces:
            line.append(piece.text, style=hit if piece.is_hit else None)
        line.append(end)
    return line
