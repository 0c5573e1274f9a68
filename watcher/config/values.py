"""Texts of a YAML file -> values, or the reason in words why they are none. Pure."""

from __future__ import annotations

import difflib
import ipaddress
import re
import zoneinfo
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

from watcher.document import shorten
from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT_WORDS = {
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}
_DURATION = re.compile(r"(?:\d{1,12}(?:\.\d{1,6})?[smhdw])+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)([smhdw])")
_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([KMG])(?:i?B)?", re.IGNORECASE)
_SIZES = {"k": 1024, "m": 1024**2, "g": 1024**3}
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_NAME = re.compile(r"[\w.-]+")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LISTEN = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]/]+):(\d{1,5})")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")


class BadValueError(WatcherError):
    """A value is not what it should be; the message says why and what to write."""


def duration(text: str) -> float:
    """Read `90s`, `10m`, `48h`, `7d`, `1h30m` as seconds.

    >>> duration("1h30m")
    5400.0
    """
    if _DURATION.fullmatch(text):
        return sum(float(n) * _SECONDS[unit] for n, unit in _DURATION_PART.findall(text))
    wanted = f"expected a duration such as 90s, 10m, 48h or 7d, got '{shorten(text)}'."
    if _NUMBER.fullmatch(text):
        raise BadValueError(f"{wanted} Write the unit: {text}s, {text}m or {text}h.")
    number, _, word = text.replace(" ", "\0", 1).partition("\0")
    unit = _UNIT_WORDS.get(word.strip().lower(), word.strip().lower())
    if _NUMBER.fullmatch(number) and unit in _SECONDS:
        raise BadValueError(f"{wanted} Write {number}{unit}.")
    if clock := re.fullmatch(r"(\d{1,3}):(\d{2})", text):
        raise BadValueError(f"{wanted} Write {_spelled(clock, 'hm')} or {_spelled(clock, 'ms')}.")
    raise BadValueError(wanted)


def _spelled(clock: re.Match[str], units: str) -> str:
    pairs = zip(map(int, clock.groups()), units, strict=True)
    return "".join(f"{number}{unit}" for number, unit in pairs if number) or f"0{units[-1]}"


def show_duration(seconds: float) -> str:
    """Write seconds the way a config file does.

    >>> show_duration(172800), show_duration(90)
    ('2d', '90s')
    """
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]:.0f}{unit}"
    return f"{seconds:.0f}s" if seconds == int(seconds) else f"{seconds:g}s"


def size(text: str) -> int:
    """Read `10MB`, `512K`, `1GiB` as bytes; K, M and G count in 1024s.

    >>> size("10MB")
    10485760
    """
    found = _SIZE.fullmatch(text)
    if found:
        return int(float(found[1]) * _SIZES[found[2].lower()])
    wanted = f"expected a size such as 512KB, 10MB or 1GB, got '{shorten(text)}'."
    if _NUMBER.fullmatch(text):
        raise BadValueError(f"{wanted} Write {_with_unit(float(text))}.")
    raise BadValueError(wanted)


def _with_unit(count: float) -> str:
    """Propose a size for a bare number: bytes where it is large, else whatever was meant."""
    for unit in ("g", "m", "k"):
        if count >= _SIZES[unit]:
            return f"{count / _SIZES[unit]:.0f}{unit.upper()}B"
    return f"{count:.0f}KB or {count:.0f}MB"


def show_size(count: float) -> str:
    """Write bytes the way a config file does."""
    for unit in ("g", "m", "k"):
        if count and count % _SIZES[unit] == 0:
            return f"{count // _SIZES[unit]:.0f}{unit.upper()}B"
    return f"{count:.0f} bytes"


def whole_number(text: str) -> int:
    """Read a whole number."""
    if not re.fullmatch(r"[+-]?\d{1,18}", text):
        raise BadValueError(f"expected a whole number, got '{shorten(text)}'")
    return int(text)


def boolean(text: str) -> bool:
    """Read true or false, in YAML's three pairs of words."""
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise BadValueError(f"expected true or false, got '{shorten(text)}'")
    return word in _TRUE


def phrase(text: str) -> str:
    """Read a text of one line."""
    if not text.strip():
        raise BadValueError("expected a text, got an empty one. Write it or remove the line.")
    if "\n" in text.strip():
        raise BadValueError("expected one line of text, got several")
    if "${" in text:
        raise BadValueError("'${…}' is only read in `database` and in the `url` of targets")
    return text.strip()


def reason(text: str) -> str:
    """Read why something is as it is, in words that a colleague understands later."""
    wanted = "Write who permitted it and when: 'permission by mail of 3 May'"
    if not text.strip():
        raise BadValueError(f"expected a reason, got an empty text. {wanted}.")
    if text.strip().lower() in _TRUE | _FALSE or not re.search(r"[^\W\d_]{2}", text):
        raise BadValueError(f"expected a reason, got '{shorten(text)}'. {wanted}.")
    return phrase(text)


def name(text: str) -> str:
    """Read a name that other places of the files refer to."""
    if not _NAME.fullmatch(text):
        raise BadValueError(
            f"'{shorten(text)}' is no name: use letters, digits, '-', '_' and '.' without spaces"
        )
    return text


def slug(text: str) -> str:
    """Read an id of small Latin letters, digits and single hyphens."""
    if _ID.fullmatch(text):
        return text
    proposal = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    hint = f" Try '{shorten(proposal)}'." if proposal else ""
    raise BadValueError(f"'{shorten(text)}' is no id: use a-z, 0-9 and '-'.{hint}")


def one_of(choices: Iterable[str]) -> Callable[[str], str]:
    """Make a reader of one of some words."""
    known = list(choices)

    def read(text: str) -> str:
        if text not in known:
            close = difflib.get_close_matches(text.lower(), known, n=1)
            hint = f". Did you mean '{close[0]}'?" if close else ""
            listed = f"{', '.join(known[:-1])} or {known[-1]}"
            raise BadValueError(f"expected {listed}, got '{shorten(text)}'{hint}")
        return text

    return read


def bounded(
    convert: Callable[[str], float],
    least: float,
    most: float,
    show: Callable[[float], str] = "{:g}".format,
) -> Callable[[str], float]:
    """Make a reader that also wants the value between two bounds, both allowed."""

    def read(text: str) -> float:
        value = convert(text)
        if not least <= value <= most:
            raise BadValueError(f"{shorten(text)} is not between {show(least)} and {show(most)}")
        return value

    return read


def time_zone(text: str) -> str:
    """Read a time zone of the IANA list."""
    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise BadValueError(
            f"there is no time zone '{shorten(text)}'. {_near_zone(text)}"
        ) from None
    return text


def _near_zone(text: str) -> str:
    """Propose a zone by its whole name or by its city alone."""
    zones = sorted(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})
    if not zones:
        return "This machine has no time zone list: install its tzdata package."
    cities = {zone.rpartition("/")[2].lower(): zone for zone in zones if "/" in zone}
    folded = {zone.lower(): zone for zone in zones} | cities
    word = text.lower().replace(" ", "_")
    close = difflib.get_close_matches(word, folded, n=1, cutoff=0.8)
    if close:
        return f"Did you mean '{folded[close[0]]}'?"
    return "Write it as Continent/City, such as Asia/Baghdad, or UTC."


def web_address(text: str) -> str:
    """Read an http or https address, without credentials in it."""
    parts = _split(text)
    if parts.scheme not in {"http", "https"}:
        raise BadValueError(f"expected an address that starts with https://, got {_shown(text)}")
    if not parts.hostname:
        raise BadValueError(f"{_shown(text)} names no host")
    if strange := re.search(r"[\s<>\"{}|\\^`]", text):
        wrong, right = strange[0], quote(strange[0])
        raise BadValueError(f"'{wrong}' cannot stand in a web address. Write it as {right}.")
    if parts.username or parts.password:
        raise BadValueError(
            "an address with a user name or password is not fetched. Remove 'user:pass@'."
        )
    return text


def listen(text: str) -> tuple[str, int]:
    """Read an address and a port to listen at.

    >>> listen("127.0.0.1:9464")
    ('127.0.0.1', 9464)
    """
    found = _LISTEN.fullmatch(text)
    if not found or not 0 < int(found[2]) < 65536:
        raise BadValueError(
            f"expected an address and a port such as 127.0.0.1:8787, got '{shorten(text)}'"
        )
    return found[1].strip("[]"), int(found[2])


def network(text: str) -> str:
    """Read a network (`10.0.0.0/8`) or a single address."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        pass
    else:
        return text
    try:
        meant = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise BadValueError(
            f"'{shorten(text)}' is no network. Write it like 10.0.0.0/8, fd00::/8 or 10.1.2.3."
        ) from None
    raise BadValueError(f"'{text}' is an address with a network's length. Did you mean '{meant}'?")


def header(text: str) -> str:
    """Read the value of an HTTP header: printable ASCII."""
    if not (phrase(text).isascii() and text.isprintable()):
        raise BadValueError("expected plain ASCII text, which is all that HTTP headers may hold")
    return text


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise BadValueError(f"this is no web address: {_reason(error, text)}") from None
    return parts


def _reason(error: ValueError, text: str) -> str:
    """Give the reason without the parts of an address that it may quote."""
    return "the port is no number" if "ort" in str(error) and ":" in text else "its host is broken"


def _shown(text: str) -> str:
    """Quote an address unless it may hold a password."""
    return "one with a password in it" if "@" in text else f"'{shorten(text)}'"


def same_address(text: str) -> str:
    """Fold the ways to write one address that lead to one request."""
    parts = urlsplit(text)
    host = (parts.hostname or "").rstrip(".")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in {None, default} else ""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return f"{parts.scheme}://{host}{port}{path}{query}"
