"""Every date that a page gives is found, with where it stood; none is taken for another."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.dating import settle
from watcher.extract import extract
from watcher.model import Article, Claim, Entry, Fetched
from watcher.parse import parse

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
URL = "https://marsa.example/news/77"
TITLE = "ترميم المنارة القديمة عند مدخل الميناء"
PROSE = (
    "<p>بدأت فرق الترميم صباح الاثنين رفع السقالات حول المنارة القديمة عند مدخل الميناء، في عمل"
    " يستغرق وفق البلدية سبعة أشهر.</p><p>وقال المهندس المشرف إن الحجارة التي أكلها الملح تستبدل"
    " بحجارة من المقلع نفسه الذي بنيت منه المنارة قبل أكثر من قرن.</p><p>وكان حريق في 3 مارس 2019"
    " قد أتى على بيت الحارس الملاصق لها، ولم يبق منه سوى الجدار الغربي.</p>"
)


def json_ld(**data: object) -> str:
    told = json.dumps({"@type": "NewsArticle", "headline": TITLE, **data})
    return f'<script type="application/ld+json">{told}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def read(
    head: str = "", inside: str = "", *, url: str = URL, entry: Entry | None = None
) -> Article:
    html = (
        f'<html lang="ar"><head><title>{TITLE}</title>{head}</head><body><article>'
        f"<h1>{TITLE}</h1>{inside}{PROSE}</article></body></html>"
    )
    found = extract(html, url=url, entry=entry, now=NOW)
    assert isinstance(found, Article), found
    return found


def told(claim: Claim) -> tuple[str, str, str]:
    """Say how a claim was found, its instant as far as it goes, and what else is known."""
    forms = {"exact": "%Y-%m-%d %H:%M", "day": "%Y-%m-%d", "month": "%Y-%m"}
    marks = ["updated"] * claim.is_update + ["no zone"] * (not claim.has_zone)
    instant = claim.instant.astimezone(UTC)
    return claim.how, f"{instant:{forms[claim.precision]}}", " ".join(marks)


PAGES = {
    "json-ld, published and modified": (
        json_ld(datePublished="2026-05-03T10:00:00+03:00", dateModified="2026-05-03T12:30:00Z"),
        "",
        [("page data", "2026-05-03 07:00", ""), ("page data", "2026-05-03 12:30", "updated")],
    ),
    "json-ld without a zone": (
        json_ld(datePublished="2026-05-03T10:00:00"),
        "",
        [("page data", "2026-05-03 10:00", "no zone")],
    ),
    "json-ld with a day": (
        json_ld(datePublished="2026-05-03"),
        "",
        [("page data", "2026-05-03", "no zone")],
    ),
    "json-ld in Arabic": (
        json_ld(datePublished="3 أيار/مايو 2026 10:00 م بتوقيت بيروت"),
        "",
        [("page data", "2026-05-03 19:00", "")],
    ),
    "meta elements": (
        meta("article:published_time", "2026-05-03T07:00:00Z")
        + meta("article:modified_time", "2026-05-03T09:00:00Z"),
        "",
        [("meta element", "2026-05-03 07:00", ""), ("meta element", "2026-05-03 09:00", "updated")],
    ),
    "a meta element in the form of mail": (
        meta("pubdate", "Sun, 03 May 2026 10:00:00 +0300"),
        "",
        [("meta element", "2026-05-03 07:00", "")],
    ),
    "a time element": (
        "",
        '<time datetime="2026-05-03T10:00:00+03:00">الأحد</time>',
        [("time element", "2026-05-03 07:00", "")],
    ),
    "time elements for both": (
        "",
        (
            '<time class="published" datetime="2026-05-03T07:00Z">أ</time>'
            '<time class="updated" datetime="2026-05-03T08:00Z">ب</time>'
        ),
        [("time element", "2026-05-03 07:00", ""), ("time element", "2026-05-03 08:00", "updated")],
    ),
    "a printed line": (
        "",
        "<div>الأحد 3 مايو 2026 - 10:00 ص</div>",
        [("printed line", "2026-05-03 10:00", "no zone")],
    ),
    "a printed line with both": (
        "",
        "<div>نشر في: 3 أيار 2026 - 10:00 آخر تحديث: 4 أيار 2026 - 08:00</div>",
        [
            ("printed line", "2026-05-03 10:00", "no zone"),
            ("printed line", "2026-05-04 08:00", "updated no zone"),
        ],
    ),
    "a printed line in the Hijri calendar": (
        "",
        "<div>16 ذو القعدة 1447 هـ</div>",
        [("printed line", "2026-05-03", "no zone")],
    ),
    "what lies far ahead is none": (json_ld(datePublished="2036-05-03T10:00:00Z"), "", []),
    "what is no date is none": (
        json_ld(datePublished="قريبا") + meta("article:published_time", "0"),
        '<time datetime="PT5M">خمس دقائق قراءة</time>',
        [],
    ),
    "nothing": ("", "", []),
}


@pytest.mark.parametrize(("head", "inside", "expected"), PAGES.values(), ids=PAGES)
def test_what_a_page_says_of_when(head: str, inside: str, expected: list[tuple[str, ...]]) -> None:
    found = [told(claim) for claim in read(head, inside).claims]
    assert list(dict.fromkeys(found)) == expected


ADDRESSES = {
    "https://marsa.example/2026/05/03/minaret": "2026-05-03",
    "https://marsa.example/news/2026-05-03/minaret": "2026-05-03",
    "https://marsa.example/20260503/minaret": "2026-05-03",
    "https://marsa.example/2026/4/minaret": "2026-04",
    "https://marsa.example/2026/05/minaret": "2026-05",
    "https://marsa.example/2026/minaret": "",
    "https://marsa.example/2026/05/03": "2026-05",
    "https://marsa.example/news/20260503": "",
    "https://marsa.example/2026/13/03/minaret": "",
    "https://marsa.example/2026/02/30/minaret": "",
    "https://marsa.example/1894/05/03/minaret": "",
    "https://marsa.example/2031/05/03/minaret": "",
    "https://marsa.example/news/77?date=/2021/05/03/": "",
}


@pytest.mark.parametrize(("url", "expected"), ADDRESSES.items())
def test_the_day_in_an_address(url: str, expected: str) -> None:
    """Whole segments, never the article's own name; a month is not taken for a day."""
    found = [told(claim) for claim in read(url=url).claims]
    assert found == ([("address", expected, "no zone")] if expected else [])


def test_a_date_inside_the_text_is_none_of_the_article() -> None:
    """The fire of 2019 is in the third paragraph."""
    assert read().claims == ()


def test_the_feed_goes_before_the_page_and_every_claim_is_kept() -> None:
    published = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
    entry = Entry(URL, URL, published=published, published_raw="Mon, 04 May", published_how="feed")
    found = read(json_ld(datePublished="2026-05-03T10:00:00Z"), entry=entry)
    assert [claim.how for claim in found.claims] == ["feed", "page data"]
    assert (found.published, found.published_how) == (published, "feed")


def test_the_printed_line_is_believed_before_the_address() -> None:
    """The cleaner finds what the extractor leaves in the text."""
    text = f"{TITLE}\nالأحد 3 مايو 2026 - 10:00 ص\nبدأت فرق الترميم رفع السقالات حول المنارة."
    url = "https://marsa.example/2026/05/02/minaret"
    found = extract(text, url=url, form="text", now=NOW)
    assert isinstance(found, Article)
    settled = settle(clean(found, now=NOW), {}, seen=NOW)
    assert settled.published == datetime(2026, 5, 3, 10, 0, tzinfo=UTC)
    assert settled.published_how == "printed line"


ITEMS = {
    "both": (
        "<published>2026-05-03T07:00:00Z</published><updated>2026-05-03T09:00:00Z</updated>",
        ("2026-05-03 07:00", "2026-05-03 09:00", False),
    ),
    "the last change stands for both": (
        "<updated>2026-05-03T09:00:00Z</updated>",
        ("2026-05-03 09:00", "2026-05-03 09:00", False),
    ),
    "no zone": ("<published>2026-05-03T07:00:00</published>", ("2026-05-03 07:00", "", True)),
}


@pytest.mark.parametrize(("dates", "expected"), ITEMS.values(), ids=ITEMS)
def test_a_feed_tells_published_from_updated(dates: str, expected: tuple[str, str, bool]) -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>المرسى</title><entry><id>1</id>'
        f'<title>{TITLE}</title><link href="{URL}"/>{dates}</entry></feed>'
    )
    (entry,) = parse(Fetched(URL, URL, body.encode()), now=NOW).entries
    instants = (f"{at:%Y-%m-%d %H:%M}" if at else "" for at in (entry.published, entry.updated))
    assert (*instants, entry.is_zoneless) == expected
