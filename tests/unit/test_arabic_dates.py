from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.arabic.dates import find_dates, read_date

NOW = datetime(2024, 6, 15, 12, 0, tzinfo=UTC)  # a Saturday
RIYADH = timezone(timedelta(hours=3))


def at(*parts: int, zone: timezone = UTC) -> datetime:
    return datetime(*parts, tzinfo=zone)  # type: ignore[arg-type, misc]  # the parts are integers


DAYS = {
    "Gulf month": ("27 يوليو 2021", at(2021, 7, 27)),
    "Levantine month": ("27 تموز 2021", at(2021, 7, 27)),
    "Levantine month of two words": ("9 كانون الثاني 2023", at(2023, 1, 9)),
    "the later of the two Tishrins": ("9 تشرين الثاني 2023", at(2023, 11, 9)),
    "Algerian month": ("12 جويلية 2020", at(2020, 7, 12)),
    "Tunisian month": ("8 أوت 2019", at(2019, 8, 8)),
    "Moroccan month": ("3 غشت 2022", at(2022, 8, 3)),
    "Moroccan September": ("3 شتنبر 2022", at(2022, 9, 3)),
    "both names with a slash": ("5 أيار/مايو 2020", at(2020, 5, 5)),
    "both names with slash and space": ("5 مايو/ أيار 2020", at(2020, 5, 5)),
    "both names without a slash": ("5 أيار مايو 2020", at(2020, 5, 5)),
    "both names in brackets": ("5 مايو (أيار) 2020", at(2020, 5, 5)),
    "both names, two words": ("5 كانون الأول/ديسمبر 2020", at(2020, 12, 5)),
    "weekday": ("الثلاثاء، 27 يوليو 2021", at(2021, 7, 27)),
    "weekday without hamza": ("الاحد 12 / 04 / 2020", at(2020, 4, 12)),
    "hamza left off": ("5 ابريل 2025", at(2025, 4, 5)),
    "month with dashes": ("27-يوليو-2021", at(2021, 7, 27)),
    "'of' before the month": ("27 من يوليو 2021", at(2021, 7, 27)),
    "month first": ("أغسطس 5, 2022", at(2022, 8, 5)),
    "year with its era": ("27 يوليو 2021م", at(2021, 7, 27)),
    "harakat and tatweel": ("27 يُوليـــو 2021", at(2021, 7, 27)),
    "direction marks": ("\u200f27\u200f/\u200f7\u200f/\u200f2021", at(2021, 7, 27)),
    "Arabic-Indic digits": ("٢٧/٧/٢٠٢١", at(2021, 7, 27)),
    "Persian digits": ("۲۷/۰۷/۲۰۲۱", at(2021, 7, 27)),
    "day first": ("04/05/2020", at(2020, 5, 4)),
    "American order when nothing else can be": ("04/25/2020", at(2020, 4, 25)),
    "dashes": ("4-5-2020", at(2020, 5, 4)),
    "dots": ("04.05.2020", at(2020, 5, 4)),
    "year first": ("2020-05-04", at(2020, 5, 4)),
    "year first with slashes": ("2020/5/4", at(2020, 5, 4)),
    "short year": ("27/7/21", at(2021, 7, 27)),
    "English": ("July 27, 2021", at(2021, 7, 27)),
    "French": ("1er août 2021", at(2021, 8, 1)),
    "Hijri alone": ("17 ذو الحجة 1442هـ", at(2021, 7, 27)),
    "Hijri in numbers": ("1445/09/01 هـ", at(2024, 3, 11)),
    "Hijri, then Gregorian": ("17 ذي الحجة 1442 هـ الموافق 28 يوليو 2021 م", at(2021, 7, 28)),
    "Gregorian, then Hijri": ("28 يوليو 2021 - 17 ذو الحجة 1442", at(2021, 7, 28)),
    "weekday, Hijri, weekday, Gregorian": (
        "الأربعاء 17 ذي الحجة 1442 - الأربعاء 28 يوليو 2021",
        at(2021, 7, 28),
    ),
    "published label": ("تاريخ النشر: 29 يونيو 2023", at(2023, 6, 29)),
    "update label": ("آخر تحديث: 29 يونيو 2023", at(2023, 6, 29)),
    "published and updated": ("نشر في 3 مايو 2023 - آخر تحديث 4 مايو 2023", at(2023, 5, 3)),
    "bullet": ("• - 25 نوفمبر 2023 |", at(2023, 11, 25)),
    "no year, already over": ("الثلاثاء 5 مارس", at(2024, 3, 5)),
    "no year, still to come": ("الاثنين 5 نوفمبر", at(2023, 11, 5)),
}


@pytest.mark.parametrize(("text", "expected"), DAYS.values(), ids=DAYS.keys())
def test_a_line_with_a_day_is_read(text: str, expected: datetime) -> None:
    read = read_date(text, now=NOW)
    assert read is not None
    assert (read.instant, read.precision) == (expected, "day")


CLOCKS = {
    "evening letter": ("27 يوليو 2021 10:00 م", at(2021, 7, 27, 22)),
    "morning letter": ("27 يوليو 2021 10:00 ص", at(2021, 7, 27, 10)),
    "evening word": ("27 يوليو 2021 10:00 مساءً", at(2021, 7, 27, 22)),
    "morning word": ("27 يوليو 2021، الساعة 9:05 صباحا", at(2021, 7, 27, 9, 5)),
    "noon": ("27 يوليو 2021 12:10 م", at(2021, 7, 27, 12, 10)),
    "midnight": ("27 يوليو 2021 12:10 ص", at(2021, 7, 27, 0, 10)),
    "night before midnight": ("27 يوليو 2021 11:10 ليلا", at(2021, 7, 27, 23, 10)),
    "night after midnight": ("27 يوليو 2021 1:10 ليلا", at(2021, 7, 27, 1, 10)),
    "afternoon": ("27 يوليو 2021 3:10 بعد الظهر", at(2021, 7, 27, 15, 10)),
    "hour alone": ("27.07.2021 الساعة 10 مساء", at(2021, 7, 27, 22)),
    "seconds": ("4 نوفمبر 2021, 4:44:29 م", at(2021, 11, 4, 16, 44, 29)),
    "24-hour clock": ("4 نوفمبر 2021 - 16:44", at(2021, 11, 4, 16, 44)),
    "Arabic-Indic clock": ("٤ نوفمبر ٢٠٢١ ١٦:٤٤", at(2021, 11, 4, 16, 44)),
    "clock in front": ("16:44 الخميس 4 / 11 / 2021", at(2021, 11, 4, 16, 44)),
    "clock with letter in front": ("4:44 م - 4 نوفمبر 2021", at(2021, 11, 4, 16, 44)),
    "bar between": ("2021-11-04 | 16:44", at(2021, 11, 4, 16, 44)),
    "preposition between": ("12 جويلية 2020 على الساعة 10:30", at(2020, 7, 12, 10, 30)),
    "era, then clock": ("27 يوليو 2021م 10:00 ص", at(2021, 7, 27, 10)),
    "ISO in UTC": ("2021-07-27T10:00:00Z", at(2021, 7, 27, 10)),
    "ISO with fraction and offset": ("2021-07-27T10:00:00.123+03:00", at(2021, 7, 27, 7)),
    "ISO with a negative offset": ("2021-07-27T10:00:00-0500", at(2021, 7, 27, 15)),
    "Greenwich in words": ("27 يوليو 2021 10:00 بتوقيت غرينتش", at(2021, 7, 27, 10)),
    "Greenwich in brackets": ("27 يوليو 2021 - 10:00 (GMT+3)", at(2021, 7, 27, 7)),
    "offset before Greenwich": ("27 يوليو 2021 - 10:00 (+3 غرينتش)", at(2021, 7, 27, 7)),
    "Baghdad": ("27 يوليو 2021 10:00 م بتوقيت بغداد", at(2021, 7, 27, 19)),
    "Abu Dhabi": ("27 يوليو 2021 10:00 بتوقيت أبوظبي", at(2021, 7, 27, 6)),
    "Cairo in winter": ("27 يناير 2021 10:00 بتوقيت القاهرة", at(2021, 1, 27, 8)),
    "Beirut in summer": ("27 يوليو 2021 10:00 بتوقيت بيروت", at(2021, 7, 27, 7)),
    "mail header": ("Tue, 27 Jul 2021 10:00:00 +0300", at(2021, 7, 27, 7)),
    "Arabia Standard Time": ("Tue, 27 Jul 2021 10:00:00 AST", at(2021, 7, 27, 7)),
    "mail header without zone": ("Tue, 27 Jul 2021 10:00:00", at(2021, 7, 27, 10)),
}


@pytest.mark.parametrize(("text", "expected"), CLOCKS.values(), ids=CLOCKS.keys())
def test_a_line_with_a_clock_is_read(text: str, expected: datetime) -> None:
    read = read_date(text, now=NOW)
    assert read is not None
    assert read.instant == expected
    assert read.precision in {"minute", "second"}


RELATIVE = {
    "two hours": ("منذ ساعتين", NOW - timedelta(hours=2)),
    "an hour": ("قبل ساعة", NOW - timedelta(hours=1)),
    "an hour, said twice": ("قبل ساعة واحدة", NOW - timedelta(hours=1)),
    "number of hours": ("منذ 3 ساعات", NOW - timedelta(hours=3)),
    "number in words": ("منذ ثلاث ساعات", NOW - timedelta(hours=3)),
    "Arabic-Indic number": ("منذ ١٥ دقيقة", NOW - timedelta(minutes=15)),
    "hours and minutes": ("منذ 3 ساعات و20 دقيقة", NOW - timedelta(hours=3, minutes=20)),
    "half an hour": ("منذ نصف ساعة", NOW - timedelta(minutes=30)),
    "quarter of the hour": ("منذ ربع الساعة", NOW - timedelta(minutes=15)),
    "third of an hour": ("قبل نحو ثلث ساعة", NOW - timedelta(minutes=20)),
    "an hour and a half": ("قبل ساعة ونصف", NOW - timedelta(minutes=90)),
    "an hour and a half of one": ("قبل ساعة ونصف الساعة", NOW - timedelta(minutes=90)),
    "hours and a quarter": ("منذ 3 ساعات وربع", NOW - timedelta(hours=3, minutes=15)),
    "an hour less a quarter": ("قبل ساعة إلا ربعا", NOW - timedelta(minutes=45)),
    "about": ("منذ حوالي ساعتين", NOW - timedelta(hours=2)),
    "passed": ("15 دقيقة مضت", NOW - timedelta(minutes=15)),
    "moments": ("منذ لحظات", NOW),
    "days": ("قبل 3 أيام", at(2024, 6, 12)),
    "two days": ("منذ يومين", at(2024, 6, 13)),
    "week": ("منذ أسبوع", at(2024, 6, 8)),
    "yesterday": ("أمس", at(2024, 6, 14)),
    "yesterday with a clock": ("أمس 14:30", at(2024, 6, 14, 14, 30)),
    "the day before": ("أول أمس", at(2024, 6, 13)),
    "today with a clock": ("اليوم، الساعة 2:30 م", at(2024, 6, 15, 14, 30)),
    "today": ("اليوم", at(2024, 6, 15)),
    "English": ("3 hours ago", NOW - timedelta(hours=3)),
    "label": ("آخر تحديث: منذ ساعتين", NOW - timedelta(hours=2)),
}


@pytest.mark.parametrize(("text", "expected"), RELATIVE.values(), ids=RELATIVE.keys())
def test_a_line_reckoned_from_now_is_read(text: str, expected: datetime) -> None:
    read = read_date(text, now=NOW)
    assert read is not None
    assert (read.instant, read.is_relative) == (expected, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2021",
        "45 يوليو 2021",
        "27/13/2021",
        "31 فبراير 2021",
        "2021-02-30",
        "30:61",
        "12:30",
        "منذ سنوات",
        "قبل أيام",
        "منذ 2003",
        "27 يوليو/أغسطس 2021",
        "192.168.10.2021",
        "1.2.2021.4",
        "+964 770 123 4567",
        "1/2/3",
        "صفحة 27 من 2021",
        "يوليو",
        "الثلاثاء",
        "15 أب",
        "الماي 3",
        "35 رمضان 1442",
        "3 رجب 2021",
        "24/7/365",
        "10.30.15",
        "9 may be",
        "اليوم السابع",
    ],
)
def test_what_is_no_date_gives_none(text: str) -> None:
    assert find_dates(text, now=NOW) == []


@pytest.mark.parametrize(
    "text",
    [
        "وصل الوفد في 27 يوليو 2021 إلى المدينة",
        "كتب سامي الحداد 27 يوليو 2021",
        "السبت 19 نوفمبر 2022 | 29 F",
        "السوق اليوم",
        "انتخابات 5 مارس 2020",
        "© 2020",
        "منذ ساعتين في المدينة",
        "نصف ساعة",
        "منذ نصف قرن",
        "3 تعليقات 27/7/2021",
    ],
)
def test_a_line_with_other_words_is_no_date_line(text: str) -> None:
    assert read_date(text, now=NOW) is None


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("وصل يوم الثلاثاء 27 يوليو 2021 إلى المدينة", ["الثلاثاء 27 يوليو 2021"]),
        ("بين 3 مارس 2020 و5 مارس 2020", ["3 مارس 2020", "5 مارس 2020"]),
        ("في 27 يُولـيو 2021، 10:00 م (غرينتش) قال", ["27 يُولـيو 2021، 10:00 م (غرينتش)"]),
        ("قال أمس إن العمل بدأ قبل شهرين", ["أمس", "قبل شهرين"]),
        (
            "17 ذو الحجة 1442هـ الموافق 28 يوليو 2021م.",
            ["17 ذو الحجة 1442هـ الموافق 28 يوليو 2021م"],
        ),
        ("الدوام 2021-07-27 18:00-20:00", ["2021-07-27 18:00"]),
    ],
)
def test_spans_count_the_line_as_given(text: str, spans: list[str]) -> None:
    assert [text[d.start : d.end] for d in find_dates(text, now=NOW)] == spans


def test_a_local_time_is_taken_in_the_zone_of_the_source() -> None:
    found = find_dates("27 يوليو 2021 10:00 م", now=NOW, zone=RIYADH)[0]
    assert found.instant == at(2021, 7, 27, 19)
    assert not found.has_zone


def test_a_printed_zone_beats_the_zone_of_the_source() -> None:
    found = find_dates("27 يوليو 2021 10:00 غرينتش", now=NOW, zone=RIYADH)[0]
    assert found.instant == at(2021, 7, 27, 10)
    assert found.has_zone


def test_yesterday_is_the_yesterday_of_the_zone() -> None:
    late = at(2024, 6, 15, 22)
    found = find_dates("أمس", now=late, zone=RIYADH)[0]
    assert found.instant == at(2024, 6, 15, zone=RIYADH)


PIECES = "27 يوليو تموز 2021 / - : 10:00 م ص منذ ساعتين الثلاثاء هـ رمضان 1442 + 0001 9999 99 3000 أسبوع سنة الموافق T Z"
words = st.sampled_from([*PIECES.split(), "\u200f", "\u0640", "\u064e", "  ", "٢٧"])


@given(
    st.one_of(st.text(), st.lists(words, max_size=14).map(" ".join), st.lists(words).map("".join))
)
@example("منذ 999 سنة و 999 سنة")
def test_any_text_gives_dates_inside_it(text: str) -> None:
    found = find_dates(text, now=NOW)
    read_date(text, now=NOW)
    places = [place for date in found for place in (date.start, date.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert all(date.instant.tzinfo and date.start < date.end for date in found)
