"""A message for a terminal, in color where it has colors. Writes to a stream that is handed in."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from watcher.model import Severity
from watcher.notify import wording
from watcher.notify.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, flat

if TYPE_CHECKING:
    from watcher.notify.bidi import Paragraph
    from watcher.notify.message import Message

_STYLES = {
    Severity.LOW: "bold white on grey37",
    Severity.MEDIUM: "bold white on blue",
    Severity.HIGH: "bold white on dark_orange3",
    Severity.CRITICAL: "bold white on red3",
}
_HIT = "bold black on yellow"


def as_terminal(message: Message, *, colored: bool) -> Text:
    """Give styled lines; without color, hits stand between asterisks.

    Letters keep their logical order: terminals either reorder themselves or leave it to the reader,
    and no frame is drawn because a reordering terminal would tear it apart.
    """
    label = f" {wording.ALERT} · {message.severity_word} "
    head = Text(label, style=_STYLES[message.severity]) if colored else Text(label.strip())
    lines = [
        head.append_text(Text("  ")).append_text(_line(message.rule, "bold cyan", colored=colored)),
        _line(message.title, "bold", colored=colored),
        *(_line(passage, "", colored=colored) for passage in message.passages),
        _line(message.why, "green", colored=colored),
        *(
            Text(f"{f.label}: {flat(f.value)}", style="dim" if colored else "")
            for f in message.facts
        ),
    ]
    if message.url:
        lines.append(Text(message.url, style="underline blue" if colored else ""))
    return Text("\n").join(lines).append("\n")


def write(message: Message, console: Console) -> None:
    """Print a message; raises OSError when the stream is closed or its reader is gone."""
    colored = console.color_system is not None and not console.no_color
    # Not printed directly: Rich ends the whole program when the pipe is broken.
    _put(console.file, _styled(as_terminal(message, colored=colored), console))


def _styled(text: Text, console: Console) -> str:
    colors: Any = None if console.no_color else console.color_system
    page = Console(
        file=io.StringIO(),
        width=console.width,
        force_terminal=console.is_terminal,
        color_system=colors,
        legacy_windows=False,
    )
    with page.capture() as capture:
        page.print(text, soft_wrap=not console.is_terminal, highlight=False)
    return capture.get()


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
