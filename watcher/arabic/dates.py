"""Dates as Arabic pages print them. Pure; `now` and the zone are arguments.

Three systems of month names (Egypt and the Gulf, the Levant, the Maghreb), also two side by side;
Hijri dates, three scripts of digits, 12-hour clocks, named zones, and dates told from now.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from watcher.arabic.datewords import (
    COUNTS,
    FOLD,
    FRACTIONS,
    HALVES,
    HIJRI_MONTHS,
    LABELS,
    MONTHS,
    UNITS,
    WEEKDAYS,
    ZONES,
    folded,
)
from watcher.arabic.hijri import FIRST_SURE_YEAR, LAST_YEAR, from_hijri

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Precision: TypeAlias = Literal["day", "minute", "second"]


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a line: `start` and `end` count code points of the line as given.

    The span takes in the weekday, the clock, the zone and a second calendar beside it. A date of
    precision "day" stands for the midnight that begins it. `is_relative`: it was reckoned from now,
    be it "two hours ago" or a day and month without a year. `has_zone`: the zone was printed.
    """

    start: int
    end: int
    instant: datetime
    precision: Precision
    is_relative: bool = False
    has_zone: bool = False


# --- patterns over folded text ----------------------------------------------------------------
# Every repetition is bounded, so that a line costs no more than its length.


def _any_of(names: Iterable[str]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "|".join(map(re.escape, longest_first)).replace(r"\ ", r"\s{1,3}")


_M: Final = _any_of(MONTHS)
_TWICE: Final = rf"\s{{0,3}}[/\-(]?\s{{0,3}}(?:{_M})\)?"
_S: Final = r"\s{0,3}"
_JOIN: Final = r"\s{0,3}(?:[,/.\-]|(?:من\s{1,3}|ل)?شهر(?=\s)|من(?=\s)|de\b)?\s{0,3}"
_YEAR: Final = r"\s{0,3}(?:[,/.\-]|(?:من\s{1,3}|ل)?(?:عام|سنه)(?=\s)|من(?=\s)|de\b)?\s{0,3}"
_ERA: Final = r"(?:\s{0,2}(?:ميلاديه?|م)(?!\w))?"
_HIJRI_ERA: Final = r"\s{0,2}(?:هجريه?|ه)(?!\w)"
_NO_LETTER: Final = r"(?![^\W\d])"
_START: Final = r"(?<![\d.:/])(?:(?<!\d-)|(?<=:\d\d-))(?<![a-z])"

_CORE: Final = re.compile(
    rf"""
    {_START}(?=\d)(?:
    (?P<y1>\d{{4}}){_S}(?P<s1>[-/.]){_S}(?P<m1>\d{{1,2}}){_S}(?P=s1){_S}(?P<d1>\d{{1,2}})
        (?![\d/]|-\d)(?P<h1>{_HIJRI_ERA})?{_ERA}
    |(?P<d2>\d{{1,2}}){_S}(?P<s2>[-/.]){_S}(?P<m2>\d{{1,2}}){_S}(?P=s2){_S}
        (?P<y2>\d{{4}}|(?<=/)\d\d)(?![\d/\-]|[.:]\d)(?P<h2>{_HIJRI_ERA})?{_ERA}
    |(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er)?{_JOIN}(?P<n3>{_M})(?P<n3b>{_TWICE})?{_NO_LETTER}
        {_YEAR}(?P<y3>\d{{4}})(?!\d){_ERA}
    |(?P<d5>\d{{1,2}}){_JOIN}(?P<n5>{_any_of(HIJRI_MONTHS)}){_NO_LETTER}
        {_YEAR}(?P<y5>\d{{4}})(?!\d)(?:{_HIJRI_ERA})?
    |(?P<d6>\d{{1,2}}){_S}[-/]?{_S}(?P<n6>{_M})(?P<n6b>{_TWICE})?(?!\w)
    )
    |(?<![\w])(?=[^\W\d]{{2,11}}[^\w]{{1,3}}[\w(])(?P<n4>{_M})(?P<n4b>{_TWICE})?{_S}
        (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?{_S},?{_S}(?P<y4>\d{{4}})(?!\d){_ERA}
    """,
    re.VERBOSE,
)
_UNIT: Final = _any_of(UNITS)
_PART: Final = _any_of(FRACTIONS)
_COUNT: Final = rf"\d{{1,3}}|{_any_of(COUNTS)}|{_PART}"
_AGO: Final = re.compile(
    rf"""
    (?<!\w)و?(?:منذ|قبل)\s{{1,3}}(?:(?:حوالي|نحو|قرابه|اكثر\s{{1,3}}من)\s{{1,3}})?
        (?:(?P<c1>{_COUNT})\s{{1,3}}(?:ال(?=ساعه))?)?(?P<u1>{_UNIT})(?!\w)(?:\s{{1,3}}واحده?(?!\w))?
        (?:\s{{1,3}}(?:و|(?P<less>الا)\s{{1,3}})(?P<part>{_PART})ا?(?!\w)(?:\s{{1,3}}(?:ال)?ساعه(?!\w))?)?
        (?:{_S},?{_S}و{_S}(?:(?P<c2>{_COUNT})\s{{1,3}})?(?P<u2>{_UNIT})(?!\w))?
    |(?<!\w)(?P<c3>\d{{1,3}})\s{{1,3}}(?P<u3>{_UNIT})\s{{1,3}}(?:ago|مضت|مضي)(?!\w)
    |(?<!\w)(?P<now>(?:منذ|قبل)\s{{1,3}}(?:لحظات|لحظه|قليل)|الان|just\s{{1,3}}now)(?!\w)
    """,
    re.VERBOSE,
)
_DAY_WORD: Final = re.compile(
    r"""
    (?<!\w)(?:
        (?P<two>اول\s{1,3}(?:من\s{1,3})?امس|امس\s{1,3}الاول)
        |(?P<one>امس|البارحه|yesterday)
        |(?P<zero>اليوم|today)
    )(?!\w)
    """,
    re.VERBOSE,
)
_WORTH_A_LOOK: Final = re.compile(
    r"[0-9٠-٩۰-۹\u0640\u064b-\u0652]|منذ|قبل|[أا]مس|البارح|اليوم|ال[آا]ن|day|just now",
    re.IGNORECASE,
)

_CLOCK: Final = rf"""
    (?:(?<!\w)(?P<half_first>{_any_of(HALVES)}){_S}(?=\d{{1,2}}:))?
    (?:(?P<hour>\d{{1,2}})\s?[:hس]\s?(?P<minute>\d{{2}})(?::(?P<second>\d{{2}})(?:[.,]\d{{1,9}})?)?(?!\d)
        (?:{_S}(?P<half>{_any_of(HALVES)})(?!\w))?
    |(?P<hour_only>\d{{1,2}})(?:\.(?P<minute_dot>\d{{2}}))?{_S}(?P<half_only>{_any_of(HALVES)})(?!\w))
    """
# The name of a place alone is a dateline: "10:00 باريس"; only abbreviations stand alone.
_BARE_ZONES: Final = [
    name for name in ZONES if name.isascii() or name.endswith("ينتش") or "." in name
]
# A bare minus needs seconds before it: "18:00-20:00" is a span of hours and no zone.
_ZONE: Final = rf"""
    (?:{_S}\(?{_S}(?:
        (?P<gmt>gmt|utc|غرينتش|جرينتش)?{_S}(?P<sign>\+|(?(gmt)-|(?(second)-|(?!))))
            (?P<zone_hour>\d{{1,2}})(?::?(?P<zone_minute>\d\d))?(?!\d)(?:{_S}(?:غرينتش|جرينتش))?
        |(?:ب?(?:ال)?توقيت{_S}(?={_any_of(ZONES)})|(?={_any_of(_BARE_ZONES)}))
            (?P<zone>{_any_of(ZONES)})(?!\w)
    ){_S}\)?)?
    """
_CLOCK_AFTER: Final = re.compile(
    rf"""[\s,.|@•·(\-/:]{{0,6}}
    (?:(?:t(?=\d)|في|علي|عند|at|a)?{_S}(?:تمام\s{{1,3}})?(?:الساعه)?{_S}:?{_S})?{_CLOCK}{_ZONE}""",
    re.VERBOSE,
)
_CLOCK_BEFORE: Final = re.compile(rf"(?<![\d:.\-]){_CLOCK}{_ZONE}[\s,|•·\-/]{{0,6}}$", re.VERBOSE)
_WEEKDAY_BEFORE: Final = re.compile(rf"(?<!\w)(?:{_any_of(WEEKDAYS)})[\s,/.\-]{{0,4}}$")
_BESIDE: Final = re.compile(r"[\s,|/()=.\-]{0,6}(?:الموافقه?[\s:]{0,3})?(?:ل[\s:]{0,3})?")


# --- finding ----------------------------------------------------------------------------------


def find_dates(text: str, *, now: datetime, zone: tzinfo = UTC) -> list[DateFound]:
    """Find every date in a line, in order. What no calendar has (day 45, month 13) is no date.

    A local time printed without a zone is taken in `zone`. Of a Hijri and a Gregorian date side by
    side the Gregorian counts; a Hijri date alone is converted by the tabular calendar, which can be
    a day or two off.
    """
    if not _WORTH_A_LOOK.search(text):
        return []
    plain, places = folded(text)
    local_now = now.astimezone(zone)
    found = sorted(_found(plain, local_now), key=lambda date: (date.start, -date.end))
    apart: list[DateFound] = []
    for date in found:
        if not apart or date.start >= apart[-1].end:
            apart.append(date)
    bounds = [*places, len(text)]
    return [replace(d, start=bounds[d.start], end=bounds[d.end]) for d in apart]


def read_date(text: str, *, now: datetime, zone: tzinfo = UTC) -> DateFound | None:
    """Read a line that is a date and nothing else: labels, weekdays and bullets are allowed.

    Where the line has several dates (published, updated) the first is given; None where other words
    remain.
    """
    if len(text) > _LONGEST_LINE:
        return None
    dates = find_dates(text, now=now, zone=zone) or _day_alone(text, now.astimezone(zone))
    if not dates:
        return None
    rest, end = [], 0
    for date in dates:
        rest.append(text[end : date.start])
        end = date.end
    rest.append(text[end:])
    words = _WORD.findall(" ".join(rest).translate(FOLD))
    return dates[0] if all(word in LABELS for word in words) else None


_LONGEST_LINE: Final = 200
_WORD: Final = re.compile(r"\w+")


def _found(line: str, now: datetime) -> Iterator[DateFound]:
    yield from _merged(line, [(m, d) for m in _CORE.finditer(line) if (d := _day_of(m, now))], now)
    yield from filter(None, (_ago(match, now) for match in _AGO.finditer(line)))
    for match in _DAY_WORD.finditer(line):
        days = 2 if match["two"] else 1 if match["one"] else 0
        day = _midnight(now) - timedelta(days=days)
        date = _with_clock(
            line, DateFound(match.start(), match.end(), day, "day", is_relative=True)
        )
        if days or date.precision != "day":
            yield date


def _day_alone(text: str, now: datetime) -> list[DateFound]:
    """Read "today" without a clock: a common word, but a date when a line says nothing else."""
    plain, places = folded(text)
    match = _DAY_WORD.search(plain)
    if not match:
        return []
    start, end = ([*places, len(text)][place] for place in match.span())
    return [DateFound(start, end, _midnight(now), "day", is_relative=True)]


_Cores: TypeAlias = "list[tuple[re.Match[str], tuple[datetime, bool]]]"


def _merged(line: str, cores: _Cores, now: datetime) -> Iterator[DateFound]:
    """Join a Hijri date with the Gregorian one beside it, then look around each for a clock."""
    place = 0
    while place < len(cores):
        match, (day, is_hijri) = cores[place]
        start, end, place = match.start(), match.end(), place + 1
        if (
            place < len(cores)
            and cores[place][1][1] != is_hijri
            and _is_beside(line, end, cores[place][0])
        ):
            end = cores[place][0].end()
            day = cores[place][1][0] if is_hijri else day
            place += 1
        is_relative = match["d6"] is not None
        if is_relative and day > now + timedelta(days=2) and (day.month, day.day) != (2, 29):
            day = _midnight(day.replace(year=day.year - 1))
        yield _with_clock(line, DateFound(start, end, day, "day", is_relative=is_relative))


def _is_beside(line: str, end: int, match: re.Match[str]) -> bool:
    gap = line[end : match.start()]
    weekday = _WEEKDAY_BEFORE.search(gap)
    return bool(_BESIDE.fullmatch(gap[: weekday.start()] if weekday else gap))


# --- days -------------------------------------------------------------------------------------


def _midnight(day: datetime) -> datetime:
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _day_of(match: re.Match[str], now: datetime) -> tuple[datetime, bool] | None:
    """Give the day that a pattern names, and whether it is Hijri; None where no calendar has it."""
    form = next(n for n in "123456" if match[f"d{n}"])
    day = int(match[f"d{form}"])
    if form in "12":
        year, month = _full_year(match[f"y{form}"], now), int(match[f"m{form}"])
        if match[f"h{form}"] or FIRST_SURE_YEAR <= year <= LAST_YEAR:
            return _hijri(year, month, day, now)
        if form == "2" and month > 12:
            day, month = month, day  # only the American order can be meant
        return _gregorian(year, month, day, now)
    name = " ".join(match[f"n{form}"].split())
    if form == "5":
        return _hijri(int(match["y5"]), HIJRI_MONTHS[name], day, now)
    month = MONTHS[name]
    if not _is_same_month(match[f"n{form}b"], month) or (form == "6" and len(name) < 4):
        return None
    return _gregorian(int(match[f"y{form}"]) if form != "6" else now.year, month, day, now)


def _is_same_month(second: str | None, month: int) -> bool:
    # "تموز/يوليو" is one month said twice; "يوليو/أغسطس" is a season.
    return not second or MONTHS.get(" ".join(second.strip(" /-()").split())) == month


def _full_year(digits: str, now: datetime) -> int:
    if len(digits) == 4:
        return int(digits)
    year = 2000 + int(digits)
    return year if 2000 < year <= now.year + 1 else 0


def _gregorian(year: int, month: int, day: int, now: datetime) -> tuple[datetime, bool] | None:
    with suppress(ValueError):
        if 1900 <= year <= 2100:
            return datetime(year, month, day, tzinfo=now.tzinfo), False
    return None


def _hijri(year: int, month: int, day: int, now: datetime) -> tuple[datetime, bool] | None:
    found = from_hijri(year, month, day)
    return (datetime(*found.timetuple()[:3], tzinfo=now.tzinfo), True) if found else None


# --- clock and zone ---------------------------------------------------------------------------


def _with_clock(line: str, date: DateFound) -> DateFound:
    """Take in the weekday before the date and the clock after or before it."""
    after = _CLOCK_AFTER.match(line, date.end)
    timed = _timed(date, after) if after else None
    if timed and after:
        return _with_weekday(line, replace(timed, end=after.end()))
    date = _with_weekday(line, date)
    window = max(0, date.start - 60)
    before = _CLOCK_BEFORE.search(line[window : date.start])
    timed = _timed(date, before) if before else None
    if timed and before:
        return _with_weekday(line, replace(timed, start=window + before.start()))
    return date


def _with_weekday(line: str, date: DateFound) -> DateFound:
    window = max(0, date.start - 20)
    weekday = _WEEKDAY_BEFORE.search(line[window : date.start])
    return replace(date, start=window + weekday.start()) if weekday else date


def _timed(date: DateFound, clock: re.Match[str]) -> DateFound | None:
    half = clock["half"] or clock["half_only"] or clock["half_first"]
    hour = _hour(int(clock["hour"] or clock["hour_only"]), half)
    minute, second = int(clock["minute"] or clock["minute_dot"] or 0), int(clock["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    zone = _zone(clock)
    instant = date.instant.replace(hour=hour, minute=minute, second=second)
    return replace(
        date,
        instant=instant.replace(tzinfo=zone) if zone else instant,
        precision="second" if clock["second"] else "minute",
        has_zone=zone is not None,
    )


def _hour(hour: int, half: str | None) -> int:
    name = HALVES[" ".join(half.split())] if half else ""
    if name == "night":
        return hour + 12 if 6 <= hour < 12 else hour % 12 if hour == 12 else hour
    if name == "noon":
        return hour + 12 if hour < 10 else hour
    if name == "am":
        return 0 if hour == 12 else hour
    return hour + 12 if name == "pm" and hour < 12 else hour


def _zone(clock: re.Match[str]) -> tzinfo | None:
    if clock["sign"]:
        offset = timedelta(hours=int(clock["zone_hour"]), minutes=int(clock["zone_minute"] or 0))
        if offset > timedelta(hours=14):
            return None
        return timezone(offset if clock["sign"] == "+" else -offset)
    return _named_zone(" ".join(clock["zone"].split())) if clock["zone"] else None


@cache
def _named_zone(name: str) -> tzinfo | None:
    place = ZONES[name]
    if not isinstance(place, str):
        return timezone(timedelta(hours=place))
    try:
        return ZoneInfo(place)
    except ZoneInfoNotFoundError:
        return None


# --- reckoned from now ------------------------------------------------------------------------


def _ago(match: re.Match[str], now: datetime) -> DateFound | None:
    if match["now"]:
        return DateFound(match.start(), match.end(), now, "minute", is_relative=True)
    parts = [_seconds(match[f"c{n}"], match[f"u{n}"]) for n in "123" if match[f"u{n}"]]
    if not all(parts):
        return None
    seconds = sum(parts)
    if match["part"]:
        part = int(UNITS[match["u1"]][0] * FRACTIONS[match["part"]])
        seconds += -part if match["less"] else part
    try:
        instant = now - timedelta(seconds=seconds)
    except OverflowError:
        return None
    precision: Precision = "minute" if seconds < 86_400 else "day"
    if precision == "day":
        instant = _midnight(instant)
    return DateFound(match.start(), match.end(), instant, precision, is_relative=True)


def _seconds(count: str | None, unit: str) -> int:
    """Give the length of "3 hours" or "two hours", 0 where no number is said ("hours ago")."""
    seconds, implied = UNITS[unit]
    if not count:
        return seconds * implied
    name = " ".join(count.split())
    return int(seconds * (FRACTIONS.get(name) or COUNTS.get(name) or int(count)))
