"""Lines that a page prints around any article, told by their make. Pure.

Two kinds of evidence: the whole line consists of words of a page's controls, or it opens with a
phrase that only pages use. A sentence of the article holds other words and stays.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from watcher.clean import phrases
from watcher.clean import vocabulary as words
from watcher.clean.lines import LONG_WORDS, is_among

if TYPE_CHECKING:
    from watcher.clean.lines import Line

READ_ALSO = "link to other stories"
WEATHER_OR_CLOCK = "weather or clock"
PROMPT = "share, copy, comment or print prompt"

_PROMPT_WORDS = 18
_PLACE_WORDS = 2
_NUMBER = re.compile(r"^\d{1,7}$")
_LABEL = re.compile(r"^\W*\w+(?:\s\w+)?\s*[:\-\u2013|/]")
_ARABIC = re.compile(r"[\u0620-\u064a]")
_SEPARATOR = re.compile(r"\s*(?::|\.\.|\u2026|-|\u2013|\||\xab|\xbb|للكاتب)")
_DEGREES = re.compile(r"\d\s*\u00b0|\u00b0\s*[cf\u0645]?\s*\d|[\u2103\u2109]", re.IGNORECASE)
_DEGREE = r"(?:\u00b0\s*[cf\u0645]?|[\u2103\u2109])"
_WIDGET = re.compile(
    rf"^\W*(?:الساعه\s+الان\W+\d{{1,2}}\s*:\s*\d\d\b.{{0,12}}"
    rf"|(?P<before>(?:[^\W\d_]+\W+){{0,5}})(?:\d{{1,2}}\s*{_DEGREE}|{_DEGREE}\s*\d{{1,2}})"
    rf"(?P<after>(?:\W+[^\W\d_]+){{0,3}})\W*)$",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"^\W*(?:\w+\W+){0,2}?\d{1,2}\s*:\s*\d{2}(?:\s*:\s*\d{2})?\s*"
    r"(?:(?:am|pm|gmt|[صم]|صباحا|مساء|ظهرا)(?!\w))?(?:\s*(?:بتوقيت|توقيت|gmt|\+\d)\W*(?:\w+\W*){0,2})?\W*$"
)
_HASHTAGS = re.compile(r"^\W*(?:#\S+\s*)+$")
_RULE = re.compile(r"^[\W_]+$")
_ADDRESS = re.compile(r"^\W*(?:https?://|www\.)\S+\W*$", re.IGNORECASE)


def furniture(line: Line) -> str | None:
    """Give the reason why a line is furniture wherever it stands; None if it may be text."""
    if _RULE.match(line.text):
        return "no words in it"
    if phrases.FEED_FOOTER.match(line.folded):
        return "footer of the feed"
    if line.is_sentence:
        return _prompt(line)
    for is_such, why in _ANYWHERE:
        if is_such(line):
            return why
    return None


def edge_furniture(line: Line) -> str | None:
    """Give the reason why a line is furniture at the edges; inside the text it may be text."""
    if line.is_sentence:
        return None
    if "\u00b0" not in line.text and line.words and all(_NUMBER.match(word) for word in line.words):
        return "counter"
    for is_such, why in _AT_THE_EDGE:
        if is_such(line):
            return why
    return None


def is_widget(line: Line) -> bool:
    """Tell whether a line is a clock or a temperature, beside a label or the name of a place.

    An article about the weather lists the same: ask whether it is one.
    """
    if line.has_full_stop or line.is_bulleted or not (found := _WIDGET.match(line.folded)):
        return False
    around = re.findall(r"[^\W\d_]+", f"{found['before'] or ''} {found['after'] or ''}")
    return sum(not is_among(word, words.WEATHER) for word in around) <= _PLACE_WORDS


def byline(line: Line) -> str | None:
    """Give the name in a line that says who wrote the article; None where it does not."""
    found = phrases.BYLINE.match(line.folded)
    if not found or line.is_stopped or len(line) > 6:
        return None
    size = len(found["name"].split())
    return " ".join(line.text.rstrip().split()[-size:]).strip(" :/-\u2013")


def opens_list_of_links(line: Line) -> bool:
    """Tell whether a line is the bare heading of a list of other stories."""
    is_label = phrases.READ_ALSO.match(line.folded) or phrases.OTHER_STORIES.match(line.folded)
    return len(line) <= 5 and bool(is_label)


def _read_also(line: Line) -> bool:
    if line.has_full_stop:
        return False
    label = phrases.OTHER_STORIES.match(line.folded)
    if label and (len(line) <= 4 or _SEPARATOR.match(line.folded, label.end())):
        return True
    return bool(phrases.READ_ALSO.match(line.folded))


def _prompt(line: Line) -> str | None:
    if len(line) > _PROMPT_WORDS or not phrases.TO_READERS.match(line.folded):
        return None
    return "newsletter or follow prompt" if len(phrases.CHANNEL.findall(line.folded)) >= 2 else None


def _follow(line: Line) -> bool:
    is_for_readers = phrases.TO_READERS.match(line.folded) and phrases.CHANNEL.search(line.folded)
    return len(line) <= _PROMPT_WORDS and bool(is_for_readers)


def _is_controls(line: Line) -> bool:
    """Tell whether a line is made of nothing but words of controls, at least one unmistakable."""
    if not 1 <= len(line) <= LONG_WORDS:
        return False
    letters = [word for word in line.words if not word.isdigit()]
    networks = sum(is_among(word, words.NETWORKS) for word in letters)
    if networks > 1 and networks == len(letters):
        return True
    return any(is_among(word, words.PROMPTS) for word in letters) and all(
        any(is_among(word, known) for known in (words.PROMPTS, words.PADDING, words.NETWORKS))
        for word in letters
    )


def _is_counter(line: Line) -> bool:
    if len(line) > 6 or not any(word[0].isdigit() for word in line.words):
        return False
    letters = [word for word in line.words if not word[0].isdigit()]
    return any(is_among(word, words.UNITS) for word in letters) and all(
        is_among(word, words.UNITS) or is_among(word, words.COUNTING) for word in letters
    )


def _is_weather(line: Line) -> bool:
    if len(line) > 8 or line.has_full_stop:
        return False
    if _DEGREES.search(line.text) or _CLOCK.match(line.folded):
        return True
    return len(line) >= 2 and all(
        is_among(word, words.WEATHER) or word[0].isdigit() for word in line.words
    )


def _is_breadcrumb(line: Line) -> bool:
    parts = re.split(r"\s*[>\u203a\u00bb/|\u2190\\]\s*", line.text.strip(" >\u203a\u00bb/|"))
    return (
        len(parts) >= 2
        and len(line) <= 10
        and all(len(part.split()) <= 4 for part in parts)
        and is_among(line.words[0], words.SECTIONS)
    )


def _is_section(line: Line) -> bool:
    """Tell whether a line is the name of a section: «أخبار دولية», «سياسة», «الرئيسية > العراق»."""
    if not line.words or line.is_stopped:
        return False
    if _is_breadcrumb(line):
        return True
    known = [is_among(word, words.SECTIONS) for word in line.words]
    return len(line) <= 4 and (all(known) or (len(line) == 2 and known[0]))


def _is_source(line: Line) -> bool:
    """Tell whether a line names a source: alone, with a colon, or with nothing but an agency."""
    if not phrases.SOURCE.match(line.folded) or len(line) > 6 or line.has_full_stop:
        return False
    if all(is_among(word, words.PADDING) for word in line.words[1:]):
        return True
    return bool(_LABEL.match(line.folded))


def _is_foreign(line: Line) -> bool:
    """Tell whether a few words in another script label a control: «Share this:», «A+ A-»."""
    return 0 < len(line) <= 3 and not _ARABIC.search(line.text) and not line.has_full_stop


def _is_initials(line: Line) -> bool:
    return 2 <= len(line) <= 4 and all(len(word) == 1 and word.isalpha() for word in line.words)


def _is_rights(line: Line) -> bool:
    is_marked = line.text.startswith("\u00a9") and len(line) <= 12
    return is_marked or (len(line) <= 25 and bool(phrases.RIGHTS.match(line.folded)))


_ANYWHERE = (
    (lambda line: bool(_ADDRESS.match(line.text)), "bare link"),
    (_read_also, READ_ALSO),
    (_is_counter, "counter"),
    (_is_controls, PROMPT),
    (lambda line: len(line) <= 25 and bool(phrases.COMMENTS.match(line.folded)), "comments prompt"),
    (_follow, "newsletter or follow prompt"),
    (
        lambda line: len(line) <= 5 and bool(phrases.BACK.match(line.folded)),
        "back-to-top or navigation",
    ),
    (
        lambda line: len(line) <= 3 and bool(phrases.ADVERTISEMENT.match(line.folded)),
        "advertisement",
    ),
    (_is_rights, "copyright or cookie notice"),
)
_AT_THE_EDGE = (
    (_is_weather, WEATHER_OR_CLOCK),
    (lambda line: bool(_HASHTAGS.match(line.text)), "tags"),
    (lambda line: len(line) <= 30 and bool(phrases.TAGS.match(line.folded)), "tags"),
    (_is_section, "section label"),
    (_is_source, "source label"),
    (lambda line: len(line) <= 4 and bool(phrases.MORE_OF.match(line.folded)), READ_ALSO),
    (lambda line: len(line) <= 3 and bool(phrases.END_MARK.match(line.folded)), "end mark"),
    (_is_initials, "initials of the staff"),
    (_is_foreign, "label in another script"),
)
