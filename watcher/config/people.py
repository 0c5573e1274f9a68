"""What a target wishes for its people, and the section `links` -> values."""

from __future__ import annotations

import difflib
import fnmatch
import re
from datetime import time
from typing import TYPE_CHECKING, Final

from watcher.config.fields import Fields, is_nothing
from watcher.config.sections import DAY_S, count, seconds
from watcher.config.settings import LOOPBACK, LinkSettings
from watcher.config.values import BadValueError, listen, name, one_of, web_address
from watcher.document import Mapping, Scalar, Sequence, shorten, suggest
from watcher.model import Secret, Severity
from watcher.notify import WISHES, DigestTimes, QuietHours, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from collections.abc import Mapping as Names

    from watcher.document import Node
    from watcher.errors import Problem
    from watcher.notify import Target

QUIET_KEYS: Final = ("from", "to", "days")
DIGEST_KEYS: Final = ("at", "every", "up_to")
ESCALATE_KEYS: Final = ("to", "after", "from")
LINKS_KEYS: Final = ("listen", "url", "secret")
PATTERN_KEYS: Final = ("rules", "topics", "sources")
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEVERITIES: Final = tuple(severity.word for severity in Severity)
LEAST_SECRET: Final = 24
"""Characters: what signs a link must not be guessed."""

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_PATTERN = re.compile(r"\S+")


def severity(text: str) -> Severity:
    """Read the word of a severity."""
    return Severity[one_of(SEVERITIES)(text).upper()]


def clock(text: str) -> time:
    """Read a time of day.

    >>> clock("6:30")
    datetime.time(6, 30)
    """
    found = _CLOCK.fullmatch(text)
    if found:
        return time(int(found[1]), int(found[2]))
    hint = 'Write it as "22:00".'
    if text == "24:00":
        hint = 'Midnight is "00:00".'
    elif twelve := re.fullmatch(r"(1[0-2]|0?[1-9])(?::([0-5]\d))?\s*([ap])\.?m\.?", text.lower()):
        hour = int(twelve[1]) % 12 + (12 if twelve[3] == "p" else 0)
        hint = f'Write "{hour:02}:{twelve[2] or "00"}".'
    elif re.fullmatch(r"[01]?\d|2[0-3]", text):
        hint = f'Write "{int(text):02}:00".'
    elif re.fullmatch(r"\d{3,4}", text) and int(text) < 24 * 60:
        # Programs that read YAML the old way make minutes of 22:00, and write those.
        hour, minute = divmod(int(text), 60)
        hint = f'If a program wrote that for {hour}:{minute:02}, write "{hour:02}:{minute:02}".'
    raise BadValueError(f"expected a time of day such as 22:00, got '{shorten(text)}'. {hint}")


def pattern(text: str) -> str:
    """Read a shell pattern for ids: `coalition-*`."""
    if not _PATTERN.fullmatch(text):
        raise BadValueError(f"'{shorten(text)}' is no pattern: ids have no spaces. Write a list.")
    return text


def topic_pattern(text: str) -> str:
    """Read a shell pattern for topics, which may have spaces."""
    return " ".join(text.split())


def read_wishes(given: Fields) -> dict[str, object]:
    """Read what a target wishes, apart from who else is told: the fields of a Target."""
    wishes: dict[str, object] = {
        "rules": given.texts("rules", pattern),
        "topics": given.texts("topics", topic_pattern),
        "sources": given.texts("sources", pattern),
        "most_per_hour": given.read("most_per_hour", count(0, 10_000), 0),
        "quiet": _quiet(given),
        "digest": _digest(given),
    }
    for key in PATTERN_KEYS:
        node = given.mapping.get(key)
        if isinstance(node, Sequence) and not node.items:
            given.report_key(key, f"'{key}' lists nothing. List patterns, or remove the line.")
    if "updates" in given.mapping.values:
        wishes["updates"] = _updates(given)
    return wishes


def _updates(given: Fields) -> frozenset[Wish]:
    """Read what a target wants to hear of a story after the first notice; none for nothing."""
    node = given.mapping.get("updates")
    if isinstance(node, Scalar) and node.text.strip() == "none":
        return frozenset()
    known = one_of((*WISHES, "none"))
    words = given.texts("updates", known)
    if "none" in words:
        given.report_key("updates", "'none' stands alone: 'updates: none'")
    return frozenset(wish for wish in WISHES if wish in words)


def _quiet(given: Fields) -> QuietHours | None:
    if given.is_empty("quiet"):
        return None
    section = given.section("quiet", QUIET_KEYS)
    before = len(section.problems)
    begin = section.need("from", clock, time())
    end = section.need("to", clock, time())
    names = section.texts("days", _day)
    if len(section.problems) > before:
        return None
    days = frozenset(map(DAYS.index, names)) if names else frozenset(range(7))
    if begin == end and len(days) == 7:
        what = "these quiet hours never end: all but critical alerts would wait for ever"
        section.report_key("to", what)
    return QuietHours(begin, end, days)


def _day(text: str) -> str:
    word = text.lower()
    if word not in DAYS and word[:3] in DAYS:
        raise BadValueError(f"days are written {', '.join(DAYS)}. Write '{word[:3]}'.")
    return one_of(DAYS)(word)


def _digest(given: Fields) -> DigestTimes | None:
    if given.is_empty("digest"):
        return None
    section = given.section("digest", DIGEST_KEYS)
    before = len(section.problems)
    clocks = [section.convert(node, clock, time()) for node in _listed(section.mapping.get("at"))]
    every_s = section.read("every", _every, 0.0)
    up_to = section.read("up_to", severity, DigestTimes().up_to)
    if len(section.problems) > before:
        return None
    if bool(clocks) == bool(every_s):
        what = "a digest has either 'at: [\"08:00\"]' or 'every: 6h'"
        section.report(section.mapping, what)
        return None
    return DigestTimes(tuple(sorted(set(clocks))), every_s, up_to)


def _listed(node: Node | None) -> Iterator[Node]:
    if isinstance(node, Sequence):
        yield from node.items
    elif node is not None and not is_nothing(node):
        yield node


def _every(text: str) -> float:
    every_s = seconds(600, DAY_S)(text)
    if every_s % 60:
        raise BadValueError(f"{shorten(text)} is no whole number of minutes")
    return every_s


def read_escalation(given: Fields) -> dict[str, object]:
    """Read whom a target's alerts go to when nobody acknowledges them."""
    wishes: dict[str, object] = {"fallback": given.read("fallback", name, "")}
    if given.is_empty("escalate"):
        return wishes
    section = given.section("escalate", ESCALATE_KEYS)
    return wishes | {
        "escalate_to": section.need("to", name, ""),
        "escalate_after_s": section.need("after", seconds(60, 7 * DAY_S), 1800.0),
        "escalate_from": section.read("from", severity, Severity.HIGH),
    }


def check_others(targets: Names[str, Target], places: Names[str, Fields]) -> None:
    """Report targets that name others which do not exist, themselves, or in a circle."""
    for key, path in (("fallback", ("fallback",)), ("escalate_to", ("escalate", "to"))):
        named = {target.name: getattr(target, key) for target in targets.values()}
        for own, other in named.items():
            if not other:
                continue
            place = _at(places[own].mapping, path)
            if other not in targets:
                what = f"there is no target '{shorten(other)}'. {suggest(other, targets)}"
                places[own].report(place, what)
            elif own == other:
                places[own].report(place, f"target '{own}' names itself. Name another one.")
            elif own == min(circle := _circle(own, named), default=""):
                way = " -> ".join((*circle, own))
                places[own].report(place, f"these targets name each other in a circle: {way}")


def _circle(start: str, named: Names[str, str]) -> tuple[str, ...]:
    """Give the targets on the way from one back to itself; none where the way ends elsewhere."""
    way = [start]
    while (following := named.get(way[-1], "")) not in {"", *way}:
        way.append(following)
    return tuple(way) if following == start and len(way) > 1 else ()


def _at(node: Mapping, path: tuple[str, ...]) -> Node:
    found: Node = node
    for key in path:
        inner = found.get(key) if isinstance(found, Mapping) else None
        found = inner or found
    return found


def read_links(given: Fields, secret: Callable[[str], str]) -> LinkSettings | None:
    """Read `links`; None where there is no such section."""
    if given.is_empty("links"):
        return None
    section = given.section("links", LINKS_KEYS)
    before = len(section.problems)
    host, port = section.read("listen", listen, LOOPBACK)
    url = section.need("url", _base, "")
    signed = section.need("secret", lambda text: _signing(secret(text)), "")
    if len(section.problems) > before:
        return None
    return LinkSettings(Secret(signed), url, (host, port))


def _base(text: str) -> str:
    address = web_address(text)
    if "?" in address or "#" in address:
        raise BadValueError(
            "expected an address without '?' and '#': links are made by adding to it"
        )
    return address.rstrip("/")


def _signing(text: str) -> str:
    if len(text) < LEAST_SECRET:
        raise BadValueError(
            f"the secret is shorter than {LEAST_SECRET} characters and could be guessed. "
            "Make one with `openssl rand -hex 32`."
        )
    return text


def unknown_patterns(
    document: Node | None, known: Names[str, Collection[str]]
) -> Iterator[Problem]:
    """Warn of patterns that fit nothing there is; `known` has `rules`, `topics`, `sources`."""
    problems: list[Problem] = []
    targets = document.get("targets") if isinstance(document, Mapping) else None
    for target in _listed(targets):
        if not isinstance(target, Mapping):
            continue
        for key in PATTERN_KEYS:
            for node in _listed(target.get(key)):
                if isinstance(node, Scalar) and not _fits(node.text.strip(), known[key]):
                    Fields(target, problems).report(node, _no_such(key, node, known), warning=True)
    yield from problems


def _fits(wanted: str, known: Collection[str]) -> bool:
    return any(fnmatch.fnmatchcase(one, wanted) for one in known)


def _no_such(key: str, node: Scalar, known: Names[str, Collection[str]]) -> str:
    text = node.text.strip()
    close = difflib.get_close_matches(text, known[key], n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return f"there is no {key[:-1]} that '{shorten(text)}' fits.{hint}"
