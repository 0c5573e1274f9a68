"""When the article says it was published, told from the day a page header shows. Pure.

The one rule: a date below the headline is the article's, a date above it is the page's, unless
nothing else is there and nothing speaks against it. A date inside the text or a caption is neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Literal

from watcher.arabic import fold
from watcher.arabic.dates import find_dates, read_date
from watcher.clean.furniture import WEATHER_OR_CLOCK, is_widget
from watcher.clean.lines import read_line
from watcher.model import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from watcher.arabic.dates import DateFound
    from watcher.clean.lines import Draft, Line

_MAX_WORDS = 16
_LABELS = frozenset(
    fold(
        """
        تاريخ النشر نشر نشرت في يوم بتاريخ التاريخ تم نشره نشرها بواسطة آخر تحديث التحديث محدث
        حدث تعديل الساعة ساعة الموافق بتوقيت توقيت غرينتش جرينتش مكة المكرمة القدس بغداد القاهرة
        الرياض المحلي هـ ه م ص مساء صباحا ظهرا منذ قبل الأحد الاثنين الثلاثاء الأربعاء الخميس
        الجمعة السبت at on published updated last gmt utc am pm date
        """
    ).split()
)
_SPACED_SLASH = re.compile(r"(?<=\d) ?/ ?(?=\d)")
_UPDATED = re.compile(r"(?:تحديث|محدث|تعديل|updated|modified)")
_PUBLISHED = re.compile(r"(?:نشر|published)")
_HIJRI = re.compile(r"\d\s*ه(?!\w)|هجري")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line that holds a date and nothing else that matters."""

    at: int
    found: DateFound
    is_update: bool
    is_labelled: bool
    is_header: bool
    """A page's own line wherever it stands: labelled, or in the Hijri calendar alone."""


def date_lines(draft: Draft, *, now: datetime) -> dict[int, DateLine]:
    """Give the lines of a draft that are date lines, by their index."""
    found = {at: _date_line(draft.lines[at], at, now=now) for at in draft.kept()}
    return {at: line for at, line in found.items() if line}


def publication(
    draft: Draft, dates: Mapping[int, DateLine], *, headline: int | None, now: datetime
) -> DateLine | None:
    """Choose the date line that tells when the article was published; None if none is sure."""
    first, _ = draft.body()
    past = [
        line
        for line in dates.values()
        if _is_believable(line.found, now=now) and (line.at < first or line.is_labelled)
    ]
    below = [line for line in past if headline is None or line.at > headline]
    trusted = below if headline is not None else [line for line in below if _is_exact(line)]
    if trusted:
        return min(trusted, key=lambda line: (line.is_update, not _is_exact(line), line.at))
    newest = _newest_year(draft)
    above = [line for line in past if _may_be_above(draft, line, newest=newest)]
    return above[0] if len(above) == 1 else None


def claims(line: DateLine | None, raw: str) -> Iterator[Claim]:
    """Give the date of the chosen line as a claim."""
    if line:
        found = line.found
        precision: Literal["exact", "day"] = "day" if found.precision == "day" else "exact"
        has_zone = found.has_zone or found.is_relative
        yield Claim(found.instant, raw, "printed line", line.is_update, precision, has_zone)


def _is_believable(found: DateFound, *, now: datetime) -> bool:
    """Tell whether a date may be a publication's: not ahead of now, and not "three years ago"."""
    if found.is_relative and now - found.instant > timedelta(days=2):
        return False
    return found.instant <= now + timedelta(days=1)


def _date_line(line: Line, at: int, *, now: datetime) -> DateLine | None:
    if len(line) > _MAX_WORDS or line.has_full_stop or is_widget(line):
        return None
    zone = now.tzinfo or UTC
    text = _SPACED_SLASH.sub("/", line.text.strip(" -\u2013\u2014\u2022|*\u00b7"))
    whole = read_date(text, now=now, zone=zone)
    found = [whole] if whole else find_dates(text, now=now, zone=zone)
    if not found or (not whole and not _is_all_labels(text, found)):
        return None
    best = next((date for date in found if not date.is_relative), found[0])
    is_update = bool(_UPDATED.search(line.folded)) and not _PUBLISHED.search(line.folded)
    is_labelled = bool(_PUBLISHED.search(line.folded))
    is_header = is_update or is_labelled or bool(_HIJRI.search(line.folded))
    return DateLine(
        at, best, is_update, is_labelled, bool(whole) and is_header and not best.is_relative
    )


def _is_all_labels(text: str, found: list[DateFound]) -> bool:
    """Tell whether nothing is left beside the dates but labels, clocks and the name of a place."""
    rest = list(text)
    for date in found:
        rest[date.start : date.end] = " " * (date.end - date.start)
    words = [word for word in read_line("".join(rest)).words if not word.isdigit()]
    unknown = sum(word not in _LABELS for word in words)
    return unknown <= (2 if any(not date.is_relative for date in found) else 1)


def _is_exact(line: DateLine) -> bool:
    return line.is_labelled or line.found.precision in {"minute", "second"}


def _may_be_above(draft: Draft, line: DateLine, *, newest: int | None) -> bool:
    """Accept a date above the headline unless a widget is beside it or the text is older."""
    if line.found.is_relative:
        return False
    if any(draft.why.get(line.at + step) == WEATHER_OR_CLOCK for step in (-1, 1)):
        return False
    return newest is None or line.found.instant.year - newest <= 1


def _newest_year(draft: Draft) -> int | None:
    """Give the latest year that the paragraphs name."""
    years = (
        int(year)
        for at in draft.kept()
        if draft.lines[at].is_paragraph
        for year in _YEAR.findall(draft.lines[at].folded)
    )
    return max(years, default=None)
