"""A message for a terminal, in color where it has colors. Writes to a stream that is handed in."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from watcher.model import Severity
from watcher.notify import wording
from watcher.notify.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, flat, isolate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from watcher.notify.bidi import Paragraph
    from watcher.notify.message import Message

_STYLES = {
    Severity.LOW: "bold white on grey37",
    Severity.MEDIUM: "bold white on blue",
    Severity.HIGH: "bold white on dark_orange3",
    Severity.CRITICAL: "bold white on red3",
}
_HIT = "bold black on yellow"


def write(message: Message, console: Console) -> None:
    """Print a message; raises OSError when the stream is closed or its reader is gone.

    Letters keep their logical order: terminals either reorder themselves or leave it to the reader,
    and no frame is drawn because a reordering terminal would tear it apart. Without color, hits
    stand between asterisks.
    """
    page = _page_like(console)
    with page.capture() as capture:
        for line in _lines(message, colored=page.color_system is not None):
            page.print(line, soft_wrap=not console.is_terminal, highlight=False)
        if message.url:  # never broken over two lines, so that it can be followed
            page.print(Text(message.url, "underline blue"), soft_wrap=True, highlight=False)
    # Not printed directly: Rich ends the whole program when the pipe is broken.
    _put(console.file, capture.get() + "\n")


def _lines(message: Message, *, colored: bool) -> Iterator[Text]:
    label = f"{wording.ALERT} · {message.severity_word}"
    head = Text(f" {label} " if colored else label, style=_STYLES[message.severity])
    rule = _line(message.rule, "bold cyan", colored=colored)
    yield Text.assemble(head, "  ", rule, f" ({isolate(message.rule_id)})")
    yield _line(message.title, "bold", colored=colored)
    for passage in message.passages:
        yield _line(passage, "", colored=colored)
    yield _line(message.why, "green", colored=colored)
    facts = " · ".join(f"{fact.label}: {flat(fact.value)}" for fact in message.facts)
    yield Text(facts, style="dim")


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


def _line(para: Paragraph, style: str, *, colored: bool) -> Text:
    if not colored:
        return Text(flat(para, mark=("*", "*")))
    line = Text(style=style)
    for run in para.runs:
        if run.direction:
            line.append(FIRST_STRONG_ISOLATE)
        for piece in run.pieces:
            line.append(piece.text, style=_HIT if piece.is_hit else None)
        if run.direction:
            line.append(POP_DIRECTIONAL_ISOLATE)
    return line
