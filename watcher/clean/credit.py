"""The dateline and the agency in front of a text, lifted out of it. Pure.

PLACE (AGENCY) - …    (AGENCY) – …    AGENCY - …    PLACE/ OUTLET: …    OUTLET من PLACE: …
PLACE DAY MONTH (AGENCY) - …
"""

from __future__ import annotations

import re

from watcher.arabic import fold
from watcher.clean import vocabulary as words
from watcher.clean.lines import is_among, read_line

_DASH = r"[-\u2013\u2014\u2015\u0640]"
_NAME = r"[^\W\d_][\w.\u0640'’]*"
_NAMES = rf"{_NAME}(?:\s+{_NAME}){{0,2}}"
_DAY = rf"\d{{1,2}}\s+{_NAME}(?:\s*[\s/]\s*{_NAME}){{0,3}}(?:\s+\d{{4}})?"
_FRONT = re.compile(
    rf"""^\s*(?P<front>
        (?:(?:{_NAME}[,،]?\s+){{0,5}}{_NAME})?\s*(?:[,،]?\s*(?P<day>{_DAY}))?\s*(?:{_DASH}{{1,2}}|[,،/])?\s*
            [(\[«"\u201c]\s*(?P<quoted>[^()\[\]«»"\u201c\u201d]{{2,40}})\s*[)\]»"\u201d]
            (?:\s*[,،/]\s*{_NAME}(?:\s+{_NAME})?)?
      | (?P<slashed>{_NAMES}(?:\s*/\s*{_NAMES}){{1,2}})
      | (?P<dashed>{_NAMES}(?:\s*{_DASH}\s*{_NAMES}){{1,2}}(?=\s*:))
      | (?P<outlet>{_NAME}(?:\s+{_NAME})?)\s+من\s+(?P<place>{_NAME}(?:\s+{_NAME})?)
      | (?P<bare>{_NAMES}(?:\s*[,،]\s*{_NAMES})?)
    )(?P<stop>\s*:|\s*{_DASH}{{1,2}}(?:\s*:)?|\s*)(?P<gap>\s*)(?=\S)""",
    re.VERBOSE,
)

_FRONT_CHARS = 300


def split_credit(text: str) -> tuple[str, str] | None:
    """Split a paragraph into its credit and the rest; None where it opens with its own words.

    >>> split_credit("(وكالات) – أعلنت الوزارة اليوم")
    ('وكالات', 'أعلنت الوزارة اليوم')
    """
    found = _FRONT.match(text, 0, _FRONT_CHARS)
    if not found or not _is_credit(found):
        return None
    front = found["front"].strip()
    bare = re.fullmatch(r"[(\[«\"\u201c]\s*([^()]*?)\s*[)\]»\"\u201d]", front)
    return (bare[1] if bare else front), text[found.end() :]


def is_agency(text: str, *, beside_outlet: bool = False) -> bool:
    """Tell whether a text is nothing but agencies; `beside_outlet` lets an outlet stand by them."""
    bare = fold(text).strip(' ()[].:-\u2013\u2014/«»"')
    parts = [part for part in re.split(r"\s*[/+،,\-\u2013]\s*|\s+و(?=ال|\w+\s*$)", bare) if part]
    known = [_is_known(part) for part in parts]
    return any(known) if beside_outlet else bool(known) and all(known)


def sign_off(text: str) -> tuple[str, str] | None:
    """Split a last paragraph into its text and the agency in brackets behind it."""
    found = re.match(
        r"^(?P<text>.*[.!?\u061f»\"\u201d])\s*[(\[](?P<name>[^()\[\]]{2,30})[)\]]\s*\.?$", text
    )
    if not found or not is_agency(found["name"]):
        return None
    return found["text"].strip(), found["name"].strip()


def _is_known(name: str) -> bool:
    bare = re.sub(r"^(?:وكاله|وكالات|صحيفه|موقع|شبكه|قناه)\s+", "", name.strip())
    return bare in words.AGENCIES or bare.removeprefix("ال") in words.AGENCIES


def _is_credit(found: re.Match[str]) -> bool:
    """Tell a credit from a speaker («الوزير: …») and from an aside between dashes."""
    front = read_line(found["front"]).words
    stop = found["stop"].strip()
    if not front or is_among(front[0], words.SPEAKERS) or is_among(front[0], words.REPORTING):
        return False
    if found["day"] is not None and not _is_month(found["day"]):
        return False
    if found["quoted"] is not None:
        return _names_somebody(found)
    if not stop or not (found["gap"] or stop.endswith(":")):
        return False
    if found["slashed"] is not None:
        return not _is_month(found["slashed"])
    if found["dashed"] is not None:
        return len(front) <= 7
    if found["outlet"] is not None:
        return stop.startswith(":")
    return _is_bare_credit(found)


def _names_somebody(found: re.Match[str]) -> bool:
    """Accept brackets around an agency; around another name only alone or behind a place."""
    quoted = found["quoted"]
    lead = found["front"].split(quoted)[0].strip(' ([«"\u201c-\u2013\u2014،,/')
    is_named = is_agency(quoted) or bool(re.search(r"[A-Z]{2,}", quoted))
    if not found["stop"].strip():
        is_parted = not lead or bool(re.search(rf"{_DASH}\s*[(\[]", found["front"]))
        return is_named and is_parted and _goes_on_with_verb(found)
    if is_named:
        return True
    is_short = len(lead.split()) <= 2 and len(quoted.split()) <= 3
    return is_short and (_goes_on_with_verb(found) or not (lead or _is_closed(found)))


def _goes_on_with_verb(found: re.Match[str]) -> bool:
    rest = read_line(found.string[found.end() :]).words
    return bool(rest) and is_among(rest[0], words.REPORTING)


def _is_closed(found: re.Match[str]) -> bool:
    """Tell whether a second dash follows soon, so that the first one opened an aside."""
    rest = found.string[found.end() : found.end() + 120]
    return bool(re.search(rf"\s{_DASH}|{_DASH}\s", rest))


def _is_bare_credit(found: re.Match[str]) -> bool:
    """Accept a known agency or outlet; a place before a dash that no second dash closes."""
    front, stop = found["bare"], found["stop"]
    if any(_is_known(fold(part).strip()) for part in re.split(r"[,،]", front)) or _is_outlet(front):
        return True
    if ":" in stop or len(front.split()) > 3:
        return False
    is_glued = not stop[0].isspace() and len(front.split()) <= 2
    return not _is_closed(found) and (is_glued or _goes_on_with_verb(found))


def _is_outlet(front: str) -> bool:
    return bool(re.search(r"(?<!\w)(?:نيوز|وكاله|بريس|برس|news|agency)(?!\w)", fold(front)))


_MONTHS = frozenset(
    fold(
        """
        يناير فبراير مارس أبريل إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر كانون
        يونيه يوليه شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين
        جانفي فيفري أفريل ماي جوان جويلية أوت
        """
    ).split()
)


def _is_month(front: str) -> bool:
    return any(word in _MONTHS for word in read_line(front).words)
