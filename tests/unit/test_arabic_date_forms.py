"""Every way in which a newsroom writes one instant is read as that instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.arabic.dates import find_dates, read_date

NOW = datetime(2024, 6, 15, 12, 0, tzinfo=UTC)
DAY = datetime(2024, 6, 13, tzinfo=UTC)  # a Thursday, 7 Dhu al-Hijja 1445
EVENING = DAY.replace(hour=20, minute=30)

GULF = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
]
LEVANT = [
    "كانون الثاني",
    "شباط",
    "آذار",
    "نيسان",
    "أيار",
    "حزيران",
    "تموز",
    "آب",
    "أيلول",
    "تشرين الأول",
    "تشرين الثاني",
    "كانون الأول",
]
ALGERIA = [
    "جانفي",
    "فيفري",
    "مارس",
    "أفريل",
    "ماي",
    "جوان",
    "جويلية",
    "أوت",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
]
MOROCCO = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "ماي",
    "يونيو",
    "يوليوز",
    "غشت",
    "شتنبر",
    "أكتوبر",
    "نونبر",
    "دجنبر",
]
SYSTEMS = {"Gulf": GULF, "Levant": LEVANT, "Algeria": ALGERIA, "Morocco": MOROCCO}
HIJRI = [
    "محرم",
    "صفر",
    "ربيع الأول",
    "ربيع الآخر",
    "جمادى الأولى",
    "جمادى الآخرة",
    "رجب",
    "شعبان",
    "رمضان",
    "شوال",
    "ذو القعدة",
    "ذو الحجة",
]
HIJRI_1445 = [
    "2023-07-19",
    "2023-08-18",
    "2023-09-16",
    "2023-10-16",
    "2023-11-14",
    "2023-12-14",
    "2024-01-12",
    "2024-02-11",
    "2024-03-11",
    "2024-04-10",
    "2024-05-09",
    "2024-06-08",
]


def read(text: str) -> datetime | None:
    found = read_date(text, now=NOW)
    return found.instant if found else None


@pytest.mark.parametrize(("system", "month"), [*product(SYSTEMS, range(1, 13))])
@pytest.mark.parametrize("form", ["7 {} 2021", "07-{}-2021", "7 من شهر {} عام 2021", "{} 7, 2021"])
def test_the_months_of_every_country(system: str, month: int, form: str) -> None:
    assert read(form.format(SYSTEMS[system][month - 1])) == datetime(2021, month, 7, tzinfo=UTC)


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("form", ["{}/{}", "{} / {}", "{} ({})", "{} {}", "{} - {}"])
def test_both_names_of_a_month(month: int, form: str) -> None:
    names = LEVANT[month - 1], GULF[month - 1]
    for pair in (names, names[::-1]):
        assert read(f"7 {form.format(*pair)} 2021") == datetime(2021, month, 7, tzinfo=UTC)


@pytest.mark.parametrize(("month", "expected"), [*zip(HIJRI, HIJRI_1445, strict=True)])
@pytest.mark.parametrize("form", ["1 {} 1445", "1 {} 1445هـ", "١ {} لعام ١٤٤٥ هـ", "1 {}, 1445 هـ"])
def test_the_hijri_months(month: str, expected: str, form: str) -> None:
    assert f"{read(form.format(month)):%Y-%m-%d}" == expected


DAYS = [
    "الخميس 7 ذو الحجة 1445هـ، 13 يونيو 2024م",
    "الخميس 7 ذو الحجة 1445هـ الموافق 13 يونيو 2024م",
    "الخميس 7 ذو الحجة 1445هـ الموافق لـ 13 يونيو 2024",
    "الخميس 7 ذو الحجة 1445هـ الموافق لـ13 يونيو 2024",
    "7/12/1445 هـ - 13/6/2024 م",
    "7-12-1445هـ | 13-6-2024م",
    "1445/12/07 - 2024/06/13",
    "الخميس - 07 ذو الحجة 1445 هـ - 13 يونيو 2024 مـ",
    "13 يونيو 2024 (7 ذو الحجة 1445)",
    "\u202b13 يونيو\u202c 2024",
    "13\u00a0يونيو\u00a02024",
    "\u200f13\u200f/\u200f6\u200f/\u200f2024",
    "\u206713/6/2024\u2069",
    "١٣\u200f/٦\u200f/٢٠٢٤",
    "۱۳ يونيو ۲۰۲۴",
    "13 يونيو/حزيران عام 2024",
    "13 يونيو سنة 2024",
    "13 يونيه 2024",
    "تاريخ الخبر: 13/06/2024",
    "التاريخ : 13/06/2024",
    "تاريخ الإضافة: 2024-06-13",
    "13 يونيو",
]


@pytest.mark.parametrize("text", DAYS)
def test_forms_of_one_day(text: str) -> None:
    assert read(text) == DAY


EVENINGS = [
    "13 يونيو 2024 8:30 م",
    "13 يونيو 2024 08:30م",
    "13 يونيو 2024م 08:30م",
    "13 يونيو 2024 - 08:30 PM",
    "13 يونيو 2024 8:30PM",
    "13 يونيو 2024، الساعة 8:30 مساءً",
    "13 يونيو 2024 في تمام الساعة 8:30 مساء",
    "13 يونيو 2024 على الساعة 20:30",
    "13 يونيو 2024 20h30",
    "الخميس 13 حزيران / يونيو 2024. 20:30",
    "الخميس 13-06-2024 | PM 08:30",
    "الخميس 13-06-2024 | م 08:30",
    "20:30-13 يونيو 2024 م ـ 07 ذو الحِجّة 1445 هـ",
    "نُشر: 20:30-13 يونيو 2024",
    "08:30 مساءً الخميس 13 يونيو 2024",
    "الساعة 20:30 - 13 يونيو 2024",
    "٨:٣٠ م - ١٣ حزيران ٢٠٢٤",
    "١٣\u200f/٦\u200f/٢٠٢٤، ٨:٣٠ م",
    "\u206713/6/2024\u2069 \u206620:30\u2069",
    "2024-06-13T20:30:00",
    "06/13/2024 8:30 PM",
    "13 يونيو 2024 20:30 GMT",
    "13 يونيو 2024 20:30 ت.غ",
    "13 يونيو 2024 20:30 بتوقيت غرينتش",
    "13 يونيو 2024 11:30 مساء بتوقيت مكة المكرمة",
    "13 يونيو 2024 23:30 (توقيت القدس)",
    "13 يونيو 2024 23:30 بتوقيت القاهرة",
    "13 يونيو 2024 23:30 بتوقيت بيروت",
    "13 يونيو 2024 23:30 بتوقيت عمّان",
    "13 يونيو 2024 21:30 بتوقيت تونس",
    "13 يونيو 2024 21:30 بتوقيت الجزائر",
    "13 يونيو 2024 22:30 بتوقيت الخرطوم",
    "14 يونيو 2024 00:30 بتوقيت أبوظبي",
    "14 يونيو 2024 00:00 بتوقيت طهران",
    "13 يونيو 2024 23:30 UTC+3",
    "13 يونيو 2024 23:30 GMT +03:00",
    "13 يونيو 2024 - 23:30 (+3 غرينتش)",
    "Thu, 13 Jun 2024 23:30:00 +0300",
]


@pytest.mark.parametrize("text", EVENINGS)
def test_forms_of_one_evening(text: str) -> None:
    assert read(text) == EVENING


HOURS = {
    "12:30 ظهرا": "12:30",
    "1:30 ظهراً": "13:30",
    "11:30 ظهرا": "11:30",
    "11:30 قبل الظهر": "11:30",
    "3:30 بعد الظهر": "15:30",
    "5:30 عصرا": "17:30",
    "12:30 ليلا": "00:30",
    "12:30 بعد منتصف الليل": "00:30",
    "4:30 فجرا": "04:30",
    "12:30 ص": "00:30",
    "12:30 م": "12:30",
    "9:30 صباحًا": "09:30",
    "ص 09:30": "09:30",
}


@pytest.mark.parametrize(("clock", "expected"), HOURS.items())
def test_the_halves_of_the_day(clock: str, expected: str) -> None:
    assert f"{read(f'13 يونيو 2024 - {clock}'):%H:%M}" == expected


AGO = {
    "منذ 30 ثانية": timedelta(seconds=30),
    "منذ دقيقتين": timedelta(minutes=2),
    "قبل عشر دقائق": timedelta(minutes=10),
    "قبل إحدى عشرة دقيقة": timedelta(minutes=11),
    "قبل خمس عشرة دقيقة": timedelta(minutes=15),
    "منذ عشرين دقيقة": timedelta(minutes=20),
    "منذ خمسين  دقيقة": timedelta(minutes=50),
    "نشر منذ 3 ساعات": timedelta(hours=3),
    "تم النشر قبل ساعتين": timedelta(hours=2),
    "البارحة": timedelta(hours=36),
    "أول من أمس": timedelta(hours=60),
}


@pytest.mark.parametrize(("text", "ago"), AGO.items())
def test_more_dates_told_from_now(text: str, ago: timedelta) -> None:
    assert read(text) == NOW - ago


def test_published_and_updated_side_by_side() -> None:
    text = "نشر في: 13/06/2024 - 20:30 آخر تحديث: 14/06/2024 - 08:10"
    assert [date.instant for date in find_dates(text, now=NOW)] == [
        EVENING,
        datetime(2024, 6, 14, 8, 10, tzinfo=UTC),
    ]


@pytest.mark.parametrize("year", [1300, 1403, 1419])
def test_a_year_that_may_be_solar_is_not_guessed(year: int) -> None:
    """1403 began in March 2024 where the Solar Hijri calendar is used."""
    assert find_dates(f"{year}/03/24", now=NOW) == []


# --- there and back ---------------------------------------------------------------------------

INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
WEEKDAYS = ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"]
MARKS = ["", "\u200f", "\u200e", "\u2067"]


@st.composite
def printed(draw: st.DrawFn, instant: datetime) -> str:
    """Draw one way to print an instant to the minute, with its zone or without it in UTC."""
    offset = draw(st.sampled_from([0, 1, 2, 3, 4]))
    local = instant + timedelta(hours=offset)
    system = draw(st.sampled_from([GULF, LEVANT, ALGERIA, MOROCCO]))
    name = system[local.month - 1]
    if draw(st.booleans()) and system is GULF:
        name = f"{LEVANT[local.month - 1]}/{name}"
    day = draw(
        st.sampled_from(
            [
                f"{local.day} {name} {local.year}",
                f"{local.day} {name}، {local.year}",
                f"{WEEKDAYS[local.weekday()]} {local.day} {name} {local.year} م",
                f"{local:%Y-%m-%d}",
                f"{local:%Y/%m/%d}",
                f"{local:%d.%m.%Y}",
            ]
        )
    )
    half = draw(st.sampled_from([("ص", "م"), ("صباحا", "مساء"), ("AM", "PM"), None]))
    clock = f"{local:%I:%M} {half[local.hour >= 12]}" if half else f"{local:%H:%M}"
    join = draw(st.sampled_from([" ", " - ", " | ", "، الساعة ", "، "]))
    zone = f" (GMT+{offset})" if offset else draw(st.sampled_from(["", " GMT", " بتوقيت غرينتش"]))
    label = draw(st.sampled_from(["", "تاريخ النشر: ", "آخر تحديث: ", "• "]))
    mark = draw(st.sampled_from(MARKS))
    digits = draw(st.sampled_from([{}, INDIC, PERSIAN]))
    return f"{label}{mark}{day}{join}{clock}{zone}".translate(digits)


@given(st.data(), st.datetimes(datetime(1996, 1, 2), datetime(2024, 6, 14)))  # noqa: DTZ001 - in UTC below
def test_what_is_printed_is_read_back(data: st.DataObject, minute: datetime) -> None:
    instant = minute.replace(second=0, microsecond=0, tzinfo=UTC)
    text = data.draw(printed(instant))
    assert read(text) == instant


@given(st.integers(1, 30), st.integers(1, 12), st.integers(1420, 1500))
@example(30, 12, 1445)
def test_hijri_days_follow_one_another(day: int, month: int, year: int) -> None:
    """Written as word or number it is the same day, and the day before is one day earlier."""
    named, numbered = read(f"{day} {HIJRI[month - 1]} {year}"), read(f"{year}/{month}/{day}")
    assert named == numbered
    before = read(f"{day - 1} {HIJRI[month - 1]} {year}")
    assert named is not None
    assert (before is None) == (day == 1)
    assert before is None or named - before == timedelta(days=1)
