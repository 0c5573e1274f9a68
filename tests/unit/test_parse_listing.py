"""Section pages: which of their links are articles, and what is said of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Fetched, Parsed
from watcher.parse import parse
from watcher.parse.links import is_article_like, is_same_site, shape_of
from watcher.parse.listing import selector_fault

NOW = datetime(2024, 5, 4, 12, 0, tzinfo=UTC)
URL = "https://www.nahr.example/iraq/"
HEADLINES = (
    "افتتاح جسر جديد على نهر دجلة في بغداد",
    "وزارة النقل تعلن موعد تشغيل القطار السريع",
    "اجتماع حكومي لمناقشة خطة المياه والزراعة",
    "انطلاق معرض الكتاب الدولي بمشاركة واسعة",
)
NAVIGATION = (
    '<nav><ul><li><a href="/politics/">السياسة</a></li><li><a href="/news/2024/05/01/about-our-new-site">'
    "تعرفوا على موقعنا الجديد كليا</a></li></ul></nav>"
)
FURNITURE = (
    '<div class="pagination"><a href="/iraq/page/2">الصفحة التالية من الأخبار</a></div>'
    '<div class="tags"><a href="/tag/1234">وسم من أربع كلمات هنا</a></div>'
    '<footer><a href="/about-us">من نحن وماذا نريد أن نقول</a>'
    '<a href="https://www.facebook.com/sharer.php?u=1234567">شارك هذا الخبر على فيسبوك</a></footer>'
)


def read(page: str | bytes, links: str = "", url: str = URL) -> Parsed:
    body = page.encode() if isinstance(page, str) else page
    return parse(Fetched(url, url, body, "text/html"), now=NOW, kind="listing", links=links)


def whole(content: str) -> str:
    return f'<html lang="ar"><head><title>العراق</title></head><body>{NAVIGATION}{content}{FURNITURE}</body></html>'


def cards(form: str) -> str:
    return "".join(
        form.format(n=n, headline=headline, id=48_210 + n) for n, headline in enumerate(HEADLINES)
    )


FORMS = {
    "articles with headings": '<article><h2><a href="/iraq/{id}/slug">{headline}</a></h2><p>مقدمة قصيرة</p></article>',
    "picture, headline and more": (
        '<div class="card"><a href="/iraq/{id}"><img src="x.jpg" alt=""></a><h3><a href="/iraq/{id}">'
        '{headline}</a></h3><a href="/iraq/{id}">اقرأ المزيد</a></div>'
    ),
    "a link around a card": (
        '<li><a href="/news/2024/05/0{n}/a-b-c-d"><h4>{headline}</h4><p>مقدمة طويلة جدا تزيد على العنوان'
        " نفسه وتذكر ما جرى في ذلك اليوم وما قيل عنه بعد ذلك</p></a></li>"
    ),
    "bare list": '<li><a href="/article.aspx?id={id}">{headline}</a></li>',
    "rows of a table": '<tr><td>{n}</td><td><a href="/news-{id}.html">{headline}</a></td></tr>',
    "arabic slugs": '<div><h2><a href="/العراق/خبر-من-أربع-كلمات-{n}">{headline}</a></h2></div>',
    "headline in the title attribute": '<div><a href="/iraq/{id}" title="{headline}"><img src="x"></a></div>',
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_articles_are_found_in_the_order_of_the_page(form: str) -> None:
    body = cards(form)
    parsed = read(
        whole(f"<table>{body}</table>" if form.startswith("<tr") else f"<div>{body}</div>")
    )

    assert [entry.title for entry in parsed.entries] == list(HEADLINES)
    assert (parsed.title, parsed.language, parsed.is_feed) == ("العراق", "ar", True)


def test_articles_that_stand_in_different_boxes_are_found_by_their_number() -> None:
    forms = (
        "<div><div>{}</div><p>أ</p></div>",
        "<section>{}</section>",
        "<table><tr><td>{}</td></tr></table>",
    )
    links = [f'<a href="/iraq/{48210 + n}">{title}</a>' for n, title in enumerate(HEADLINES * 2)]
    boxes = "".join(
        f"<div class=b{n}>{forms[n % 3].format(link)}</div><hr>"
        if n % 2
        else forms[n % 3].format(link)
        for n, link in enumerate(links)
    )

    assert len(read(whole(boxes)).entries) == 8


def test_a_featured_article_of_the_same_shape_is_one_too() -> None:
    lead = '<section class="hero"><h1><a href="/iraq/48300/slug">زيارة رسمية لرئيس الوزراء إلى البصرة</a></h1></section>'
    parsed = read(whole(f"{lead}<div>{cards(FORMS['articles with headings'])}</div>"))

    assert parsed.entries[0].title == "زيارة رسمية لرئيس الوزراء إلى البصرة"
    assert len(parsed.entries) == 5


@pytest.mark.parametrize(
    ("time", "published"),
    [
        pytest.param(
            '<time datetime="2024-05-04T10:00:00+03:00">صباحا</time>',
            datetime(2024, 5, 4, 7, tzinfo=UTC),
            id="time element",
        ),
        pytest.param(
            "<span>4 أيار 2024 - 10:30</span>",
            datetime(2024, 5, 4, 10, 30, tzinfo=UTC),
            id="printed",
        ),
        pytest.param(
            "<span>منذ ساعتين</span>", datetime(2024, 5, 4, 10, tzinfo=UTC), id="relative"
        ),
        pytest.param("<span>4 أيار 2024</span>", None, id="a day is left to the page"),
    ],
)
def test_the_time_is_that_in_the_box(time: str, published: datetime | None) -> None:
    form = f'<div class="card"><h3><a href="/iraq/{{id}}">{{headline}}</a></h3>{time}</div>'

    assert {entry.published for entry in read(whole(f"<div>{cards(form)}</div>")).entries} == {
        published
    }


def test_a_selector_takes_all_links_inside_and_nothing_else() -> None:
    page = whole(
        f'<div id="main"><p><a href="/x">كلمة</a></p></div><div>{cards(FORMS["bare list"])}</div>'
    )

    assert [entry.title for entry in read(page, "#main").entries] == ["كلمة"]
    assert [entry.title for entry in read(page, "#main a[href]").entries] == ["كلمة"]


def test_a_selector_that_selects_nothing_says_so() -> None:
    parsed = read(whole(cards(FORMS["bare list"])), "div.gone")

    assert (parsed.entries, parsed.is_feed) == ((), False)
    assert "div.gone" in parsed.remarks[0]


@pytest.mark.parametrize("links", ["div[", "a:no-such", "", "a::before b", "::"])
def test_a_selector_that_is_none_is_told(links: str) -> None:
    assert selector_fault(links)
    assert isinstance(read(whole("<a href=/x>x</a>"), links), Parsed)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("", id="nothing"),
        pytest.param("<html><body><p>نص بلا روابط</p></body></html>", id="no links"),
        pytest.param(whole(""), id="only navigation"),
        pytest.param(
            "<ul>" + "".join(f"<li><a href='/c/{n}'>قسم</a></li>" for n in range(50)) + "</ul>",
            id="only sections",
        ),
    ],
)
def test_a_page_without_a_list_says_so(page: str) -> None:
    parsed = read(page)

    assert (parsed.entries, parsed.is_feed) == ((), False)
    assert parsed.remarks


def test_links_of_the_base_element_and_of_twins() -> None:
    page = '<html><head><base href="https://nahr.example/x/"></head><body>' + cards(
        '<li><a href="{id}.html">{headline}</a></li>'
    )

    assert read(page).entries[0].url == "https://nahr.example/x/48210.html"


def test_other_sites_are_not_followed_unless_selected() -> None:
    form = '<li><a href="https://other.example/{id}">{headline}</a></li>'

    assert not read(whole(f"<ul>{cards(form)}</ul>")).entries
    assert len(read(whole(f"<ul id=o>{cards(form)}</ul>"), "#o").entries) == 4


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("/2024/05/04/some-title", True),
        ("/news/482100", True),
        ("/article.php?id=4821", True),
        (
            "/%D8%A7%D9%84%D8%B9%D8%B1%D8%A7%D9%82/%D8%AE%D8%A8%D8%B1-%D8%B9%D8%A7%D8%AC%D9%84-%D9%85%D9%86-%D8%A8%D8%BA%D8%AF%D8%A7%D8%AF",
            True,
        ),
        ("/world/a-slug-of-five-words", True),
        ("/", False),
        ("/world/", False),
        ("/tag/48210", False),
        ("/author/ali-48210", False),
        ("/iraq/page/2", False),
        ("/uploads/48210.jpg", False),
        ("/search?q=bridge", False),
    ],
)
def test_what_an_address_says_of_itself(path: str, is_one: bool) -> None:
    assert is_article_like(f"https://nahr.example{path}") is is_one


def test_sites_and_shapes() -> None:
    assert is_same_site("https://www.nahr.example/1", "https://nahr.example/2")
    assert is_same_site("https://sport.nahr.example/1", "https://nahr.example/2")
    assert not is_same_site("https://nahr.example.evil.example/1", "https://nahr.example/2")
    assert shape_of("https://a.example/iraq/48210") == shape_of("https://a.example/world/5")


_PARTS = [
    *whole(cards(FORMS["bare list"])).replace("<", "\0<").split("\0"),
    "&#0;",
    "\ud800",
    "<a href=",
]
_PAGES = st.lists(st.sampled_from(_PARTS)).map("".join)


@given(
    st.one_of(st.binary(max_size=300), _PAGES.map(lambda s: s.encode("utf-8", "replace"))),
    st.sampled_from(["", "a", "ul li", "*"]),
)
def test_any_bytes_will_do(body: bytes, links: str) -> None:
    assert isinstance(read(body, links), Parsed)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<div>" * 100_000 + "<a href=/48210>x</a>", id="nested"),
        pytest.param("<ul>" + "<li><a href=/48210>عنوان من ثلاث كلمات</a>" * 30_000, id="repeated"),
        pytest.param(
            "<ul>"
            + "".join(f"<li><a href=/{n + 10_000}>عنوان من ثلاث كلمات</a>" for n in range(30_000)),
            id="many",
        ),
        pytest.param("<a " + "x=1 " * 100_000 + "href=/48210>x</a>", id="attributes"),
    ],
)
def test_hostile_pages_end(page: str) -> None:
    assert len(read(page).entries) <= 500
