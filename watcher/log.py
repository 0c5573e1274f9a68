"""One line per event as key=value pairs, JSON or fields of journald; registered secrets are masked.

`event("fetch", source="ina", status="not_modified", ms=83)` gives
`level=info stage=fetch source=ina status=not_modified ms=83`. Nothing that was logged, not even by
other libraries, can break out of its line or of its value.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TextIO, TypeAlias
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from watcher import journald

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Level: TypeAlias = Literal["debug", "info", "warning", "error"]
Form: TypeAlias = Literal["auto", "terminal", "journal", "json"]
LEVELS: Final[tuple[Level, ...]] = ("debug", "info", "warning", "error")
FORMS: Final[tuple[Form, ...]] = ("auto", "terminal", "journal", "json")

MASK: Final = "***"
MOST_CHARACTERS: Final = 8_000
"""A value is cut here: a whole page in a remark helps nobody."""

_logger = logging.getLogger("watcher")
_bound: ContextVar[dict[str, object]] = ContextVar("bound log fields", default={})  # noqa: B039 - replaced as a whole, never changed
_hidden: set[str] = set()
_mask_pattern: re.Pattern[str] | None = None

# sd-daemon(3): journald takes the priority of a line from a prefix such as <6>.
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_QUIET = {
    "apprise": logging.INFO,  # at DEBUG it prints whole tokens in forms that no mask knows
    "urllib3": logging.INFO,  # at DEBUG it prints the path of every request, tokens included
    "alembic.runtime.plugins": logging.WARNING,  # announces each of its own parts
    "apscheduler": logging.ERROR,  # announces every tick, and every one that was left out
    "trafilatura": logging.ERROR,  # warns about each page that is no article
    "htmldate": logging.ERROR,
}
_BARE = re.compile(r"""[^\s"'=\\]+""")


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What an operator can set about the log."""

    level: Level = "info"
    form: Form = "auto"
    """`auto` is `journal` where systemd reads the stream, else `terminal`; `json` for collectors.

    `journal` gives each field to journald by itself; where that does not listen, it writes lines
    with a priority in front and without the time, which systemd reads from the stream.
    """


def set_up(
    settings: LogSettings, environ: Mapping[str, str] = os.environ, stream: TextIO | None = None
) -> None:
    """Send every logger of the process to one stream (stderr by default), as logfmt lines."""
    handler = _handler(settings.form, environ, stream or sys.stderr)
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    logging.captureWarnings(capture=True)


def _handler(form: Form, environ: Mapping[str, str], out: TextIO) -> logging.Handler:
    is_journal = form == "journal" or (form == "auto" and _is_read_by_journald(out, environ))
    handler: logging.Handler = logging.StreamHandler(out)
    handler.setFormatter(JsonLines() if form == "json" else Logfmt(is_journal=is_journal))
    # Where the stream is a file of somebody's, the lines belong there.
    if is_journal and _is_read_by_journald(out, environ) and journald.is_there():
        return JournalHandler(handler)
    return handler


def _is_read_by_journald(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Compare the stream with JOURNAL_STREAM, as systemd.exec(5) asks: it may be redirected."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


# --- telling ----------------------------------------------------------------------------------


def event(stage: str, /, **fields: object) -> None:
    """Log what happened, at INFO: one line per source and run, and per delivery."""
    _tell(logging.INFO, stage, fields)


def debug(stage: str, /, **fields: object) -> None:
    """Log why something was decided as it was."""
    _tell(logging.DEBUG, stage, fields)


def warning(stage: str, /, **fields: object) -> None:
    """Log what went wrong and will be tried again."""
    _tell(logging.WARNING, stage, fields)


def error(stage: str, /, *, failure: BaseException | None = None, **fields: object) -> None:
    """Log what a person must act on; the traceback of `failure` comes along."""
    _tell(logging.ERROR, stage, fields, failure)


def _tell(
    level: int, stage: str, fields: dict[str, object], failure: BaseException | None = None
) -> None:
    if _logger.isEnabledFor(level):
        _logger.log(level, "", extra={"fields": {"stage": stage, **fields}}, exc_info=failure)


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Add fields to every line logged inside, by whichever library, in this task and its own."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


# --- hiding -----------------------------------------------------------------------------------


def hide(*secrets: str) -> None:
    """Mask these texts, and what of them is secret by itself, in everything logged from now on.

    Texts of fewer than four characters are not masked: that would hide the log, not the secret.
    """
    global _mask_pattern  # noqa: PLW0603 - the log is one per process
    for secret in secrets:
        for part in _parts(str.__str__(secret)):
            _hidden.update(form for form in _spellings(part) if len(form) >= 4)
    longest_first = sorted(_hidden, key=len, reverse=True)
    _mask_pattern = re.compile("|".join(map(re.escape, longest_first))) if _hidden else None


def masked(text: str) -> str:
    """Replace every registered secret by stars."""
    return _mask_pattern.sub(MASK, text) if _mask_pattern else text


def _parts(secret: str) -> Iterable[str]:
    """Give the whole and, of an address, the parts that open a door alone."""
    yield secret
    scheme, is_address, _ = secret.partition("://")
    if not is_address or scheme.startswith("sqlite"):
        return
    try:
        split = urlsplit(secret)
        password = split.password or ""
    except ValueError:
        return
    login, _, host = split.netloc.rpartition("@")
    yield password
    yield from (
        piece
        for piece in (login.partition(":")[0], host, *split.path.split("/"), split.fragment)
        if _is_token(piece)
    )
    for key, value in parse_qsl(split.query):
        if _is_token(value) or re.search("pass|token|key|secret|auth", key, re.IGNORECASE):
            yield value


def _is_token(piece: str) -> bool:
    """Tell a token from a host, a channel or a mailbox: long, letters and digits, no dot or @."""
    if len(piece) < 8 or "." in piece or "@" in piece or "%40" in piece:
        return False
    return len(piece) >= 20 or (
        bool(re.search(r"\d", piece)) and bool(re.search("[A-Za-z]", piece))
    )


def _spellings(secret: str) -> set[str]:
    plain = unquote(secret)
    quoted = {quote(plain), quote(plain, safe=""), quote_plus(plain)}
    return {secret, secret.strip(), plain, repr(plain)[1:-1], json.dumps(plain)[1:-1], *quoted}


# --- writing ----------------------------------------------------------------------------------


class Logfmt(logging.Formatter):
    """Writes any record as one line of key=value pairs."""

    def __init__(self, *, is_journal: bool = False) -> None:
        super().__init__()
        self._is_journal = is_journal

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        pairs = (f"{key}={written(value)}" for key, value in self._fields(record).items())
        prefix = f"<{_priority(record.levelno)}>" if self._is_journal else ""
        return prefix + " ".join(pairs)

    def _fields(self, record: logging.LogRecord) -> dict[str, object]:
        """Give what a record says, in order; the time only where nobody else notes it."""
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {} if self._is_journal else {"time": when}
        fields["level"] = record.levelname.lower()
        own = getattr(record, "fields", None)
        if not isinstance(own, dict):
            own = {"logger": record.name, "msg": _message(record)}
        fields.update({**_bound.get(), **own})
        if record.exc_info and record.exc_info[1] is not None:
            failure = record.exc_info[1]
            fields["failure"] = f"{type(failure).__name__}: {failure}"
            fields["traceback"] = self.formatException(record.exc_info)
        return {key: value for key, value in fields.items() if value is not None}


class JsonLines(Logfmt):
    """Writes any record as one JSON object in a line: numbers stay numbers, text is masked."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        fields = {key: _plain(value) for key, value in self._fields(record).items()}
        line = json.dumps(fields, ensure_ascii=False)
        return line if line.isprintable() else "".join(map(_escaped_in_json, line))


class JournalHandler(logging.Handler):
    """Gives journald each field by itself: `journalctl WATCHER_SOURCE=ina WATCHER_STAGE=poll`.

    What journald does not take goes to `fallback`.
    """

    def __init__(self, fallback: logging.Handler) -> None:
        super().__init__()
        self._fallback = fallback
        self._text = Logfmt(is_journal=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one record over."""
        fields = self._text._fields(record)
        del fields["level"]
        line = " ".join(f"{key}={written(value)}" for key, value in fields.items())
        entry = {
            "MESSAGE": line,
            "PRIORITY": str(_priority(record.levelno)),
            "SYSLOG_IDENTIFIER": "watcher",
            **{f"WATCHER_{key.upper()}": str(_plain(value)) for key, value in fields.items()},
        }
        if not journald.send(entry):
            self._fallback.handle(record)


def _plain(value: object) -> object:
    """Give a value as JSON has it: masked, short enough, and no number that JSON lacks."""
    if isinstance(value, datetime):
        return value.isoformat()
    text = masked(str(value))
    if isinstance(value, int) and text == str(value):
        return value
    if isinstance(value, float) and abs(value) < 1e15:
        return round(value, 3)
    return _cut(text)


def _cut(text: str) -> str:
    return f"{text[:MOST_CHARACTERS]}…" if len(text) > MOST_CHARACTERS else text


def _escaped_in_json(character: str) -> str:
    """Escape what is invisible; JSON reads it back as it was."""
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def written(value: object) -> str:
    """Write a value so that it stays one value of one line: masked, quoted where needed.

    >>> written("not_modified"), written("two words"), written(True), written(0.12345)
    ('not_modified', '"two words"', 'true', '0.123')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{round(value, 3):g}" if abs(value) < 1e6 else f"{value:.0f}"
    if isinstance(value, datetime):
        return value.isoformat()
    text = _cut(masked(str(value)))
    if _BARE.fullmatch(text) and text.isprintable():
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    """Escape what ends a value or a line, and what is invisible: bidi controls can forge a line."""
    if character in '"\\':
        return f"\\{character}"
    if character == "\n":
        return "\\n"
    return character if character.isprintable() else f"\\u{ord(character):04x}"


def _message(record: logging.LogRecord) -> str:
    """Give the message even if its arguments do not fit: the library would print them unmasked."""
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - any __str__ or __format__ of a stranger may raise; the record is still written
        return f"{record.msg} {record.args!r}"


def _priority(level: int) -> int:
    return next((priority for least, priority in _PRIORITIES if level >= least), 7)
