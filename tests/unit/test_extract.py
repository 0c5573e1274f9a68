"""Pages, fragments and plain text become articles, or are refused with the reason in words."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import texts
from watcher.clean import clean
from watcher.extract import extract
from watcher.model import Article, Entry, NotAnArticle

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
TITLE = "سفينة أبحاث تعثر على شعاب مرجانية قبالة الجزيرة"
PARAGRAPHS = [
    (
        "عثرت سفينة أبحاث على شعاب مرجانية لم تكن معروفة من قبل قبالة الساحل الشرقي للجزيرة،"
        " وفق ما أعلنه المعهد البحري الخميس."
    ),
    (
        "وقال قائد البعثة إن الشعاب تمتد على أكثر من كيلومترين وتعيش فيها أنواع نادرة من الأسماك،"
        " بعضها لم يوصف علميا بعد."
    ),
    (
        "وتستمر الرحلة ثلاثة أسابيع أخرى يجمع خلالها الباحثون عينات من المياه والرواسب لدراسة أثر"
        " ارتفاع حرارة البحر في المنطقة."
    ),
]
PROSE = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
NAV = "".join(f'<li><a href="/s/{n}">قسم الأخبار رقم {n}</a></li>' for n in range(12))


def page(body: str = PROSE, head: str = "", title: str = f"{TITLE} | جريدة المرسى") -> str:
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><title>{title}</title>{head}</head><body>'
        f"<nav><ul>{NAV}</ul></nav><article><h1>{TITLE}</h1>{body}</article>"
        "<footer><p>حقوق النشر</p></footer></body></html>"
    )


def article(
    html: str, url: str = "https://news.example/a/1", entry: Entry | None = None
) -> Article:
    found = extract(html, url=url, entry=entry, now=NOW)
    assert isinstance(found, Article), found
    return found


def refusal(html: str, url: str = "https://news.example/a/1") -> str:
    found = extract(html, url=url, now=NOW)
    assert isinstance(found, NotAnArticle), found
    return found.why


def json_ld(**claims: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", **claims}
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def test_a_plain_page_gives_title_language_and_paragraphs() -> None:
    """Navigation and footer stay out; paragraphs are lines."""
    found = article(page())
    assert found.title == TITLE
    assert found.language == "ar"
    assert [line for line in found.text.split("\n") if line != TITLE] == PARAGRAPHS


def test_the_entry_goes_before_the_page() -> None:
    """Title, author and instant of the feed stand; its tags come first."""
    published = datetime(2024, 5, 3, 12, 0, tzinfo=UTC)
    entry = Entry("u", "u", "عنوان الموجز", "نور سالم", published, "Fri, 3 May", tags=("بحر",))
    head = json_ld(headline=TITLE, datePublished="2024-05-01T00:00:00Z", keywords=["مرجان"])
    found = article(page(head=head), entry=entry)
    assert (found.title, found.author, found.published) == (entry.title, "نور سالم", published)
    assert (found.published_raw, found.tags) == ("Fri, 3 May", ("بحر", "مرجان"))


def test_a_title_that_the_feed_cut_off_is_taken_from_the_page() -> None:
    """An ellipsis at its end gives it away."""
    assert article(page(), entry=Entry("u", "u", "سفينة أبحاث تعثر على…")).title == TITLE


PUBLISHED = {
    "json-ld": (json_ld(headline=TITLE, datePublished="2024-05-02T10:00:00+03:00"), ""),
    "opengraph": ('<meta property="article:published_time" content="2024-05-02T07:00:00Z">', ""),
    "mail form": ('<meta name="pubdate" content="Thu, 02 May 2024 07:00:00 GMT">', ""),
    "time element": ("", '<time datetime="2024-05-02T07:00:00Z">الخميس</time>'),
    "the print against the attribute": (
        "",
        '<time datetime="2011-01-01 00:00">2 مايو 2024 07:00</time>',
    ),
    "broken json-ld beside it": (
        (
            '<script type="application/ld+json">{"@type": </script>'
            '<meta property="article:published_time" content="2024-05-02T07:00:00Z">'
        ),
        "",
    ),
}


@pytest.mark.parametrize(("head", "inside"), PUBLISHED.values(), ids=PUBLISHED)
def test_published(head: str, inside: str) -> None:
    """Each place where pages say when."""
    found = article(page(inside + PROSE, head))
    assert found.published == datetime(2024, 5, 2, 7, 0, tzinfo=UTC)
    assert found.published_raw


def test_a_date_ahead_of_now_is_kept_raw_only() -> None:
    """No article was published next year."""
    found = article(page(head=json_ld(headline=TITLE, datePublished="2031-01-01T00:00:00Z")))
    assert (found.published, found.published_raw) == (None, "2031-01-01T00:00:00Z")


def test_a_time_without_a_zone_is_read_in_the_zone_of_now() -> None:
    """The caller's zone is the only one known."""
    zone = timezone(timedelta(hours=3))
    html = page(head=json_ld(headline=TITLE, datePublished="2024-05-02T10:00:00"))
    found = extract(html, url="https://news.example/a/1", now=NOW.astimezone(zone))
    assert isinstance(found, Article)
    assert found.published == datetime(2024, 5, 2, 7, 0, tzinfo=UTC)


TITLES = {
    "site behind a bar": page(),
    "site behind a dash": page(title=f"{TITLE} - المرسى"),
    "h1 is the site's": page().replace(f"<h1>{TITLE}</h1>", f"<h1>المرسى</h1><h2>{TITLE}</h2>"),
    "opengraph names the site only": page(
        head='<meta property="og:title" content="المرسى">', title="المرسى"
    ),
    "no heading": page().replace(f"<h1>{TITLE}</h1>", ""),
}


@pytest.mark.parametrize("html", TITLES.values(), ids=TITLES)
def test_title(html: str) -> None:
    """The headline without the site's name."""
    assert article(html).title == TITLE


def test_captions_in_the_markup_are_left_out() -> None:
    """Figure captions, and a label that shares a box with nothing but a picture."""
    pictures = (
        '<figure><img src="a.jpg"><figcaption>غواص فوق الشعاب</figcaption></figure>',
        '<div class="x"><img src="b.jpg"><br><span>سفينة الأبحاث</span></div>',
    )
    body = f"<p>{PARAGRAPHS[0]}</p>{pictures[0]}<p>{PARAGRAPHS[1]}</p>{pictures[1]}<p>{PARAGRAPHS[2]}</p>"
    text = article(page(body)).text
    assert "غواص" not in text
    assert "سفينة الأبحاث\n" not in text
    assert all(paragraph in text for paragraph in PARAGRAPHS)


def test_headings_and_standfirst_are_kept() -> None:
    """What the precise extraction loses is put back at its place."""
    standfirst = "بعثة من عشرين باحثا تمسح قاع البحر منذ شهر بحثا عن أثر ارتفاع الحرارة في الأحياء"
    body = (
        f'<div class="article-subtitle">{standfirst}</div><p>{PARAGRAPHS[0]}</p><h2>أنواع نادرة</h2>'
        f"<p>{PARAGRAPHS[1]}</p><h3><a href='#x'></a>ثلاثة أسابيع</h3><p>{PARAGRAPHS[2]}</p>"
    )
    lines = [line for line in article(page(body)).text.split("\n") if line != TITLE]
    assert lines == [
        standfirst,
        PARAGRAPHS[0],
        "أنواع نادرة",
        PARAGRAPHS[1],
        "ثلاثة أسابيع",
        PARAGRAPHS[2],
    ]


def _teasers(count: int) -> str:
    return "".join(
        f'<div><h3><a href="/n/{n}">خبر رقم {n} عن أعمال البلدية في الحي</a></h3>'
        f"<p>{PARAGRAPHS[n % 3][:-1]} في الحي رقم {n}.</p></div>"
        for n in range(count)
    )


_ITEMS = "".join(f'<li><a href="/n/{n}">عنوان الخبر رقم {n} في القائمة</a></li>' for n in range(40))
REFUSED = {
    "nothing": ("", "empty"),
    "white space": (" \n ", "empty"),
    "no body text": ("<html><body></body></html>", "no text"),
    "section of teasers": (f"<html><body><main>{_teasers(12)}</main></body></html>", "lists other"),
    "list of headlines": (f"<html><body><ul>{_ITEMS}</ul></body></html>", "links"),
    "script shell": (
        '<html><body><div id="root"></div><script src="/app.js"></script></body></html>',
        "JavaScript",
    ),
    "script shell that says so": (
        (
            "<html><body><noscript>You need to enable JavaScript to run this app.</noscript>"
            '<div id="app"></div></body></html>'
        ),
        "JavaScript",
    ),
    "captcha": (
        (
            "<html><head><title>تحقق</title></head><body><p>يرجى إثبات أنك لست روبوت قبل المتابعة.</p>"
            '<div class="g-recaptcha"></div></body></html>'
        ),
        "captcha",
    ),
    "browser check": (
        "<html><head><title>Just a moment...</title></head><body><p>Please wait.</p></body></html>",
        "browser",
    ),
    "refused": (
        "<html><head><title>403 Forbidden</title></head><body><h1>Access Denied</h1></body></html>",
        "refuses",
    ),
    "consent": (
        (
            "<html><body><h1>نحترم خصوصيتك</h1><p>نستخدم ملفات تعريف الارتباط لتحسين تجربتك.</p>"
            "<button>قبول الكل</button></body></html>"
        ),
        "consent",
    ),
    "not found": (
        "<html><body><h1>404</h1><p>عذرا، الصفحة التي تبحث عنها غير موجودة.</p></body></html>",
        "does not exist",
    ),
    "few words": ("<html><body><p>قريبا في هذا المكان صفحة جديدة.</p></body></html>", "words"),
}


@pytest.mark.parametrize(("html", "why"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_article_is_refused_with_the_reason(html: str, why: str) -> None:
    """The reason is a sentence for people."""
    assert why in refusal(html)


def test_the_site_s_own_address_is_no_article_unless_it_says_so() -> None:
    """A home page with a text of welcome."""
    assert "site" in refusal(page(), url="https://news.example/")
    assert article(page(head=json_ld(headline=TITLE)), url="https://news.example/").title == TITLE


def test_an_article_about_captchas_is_none_of_them() -> None:
    """Words of block pages in a real article refuse nothing."""
    extra = "<p>وتستخدم المواقع اختبار captcha للتحقق من أنك لست روبوت، ويضجر منه الناس كثيرا.</p>"
    assert "captcha" in article(page(PROSE + extra + PROSE.replace("سفينة", "باخرة"))).text


def test_a_fragment_gives_its_blocks_as_lines() -> None:
    """A feed's body: entities, line breaks, captions, scripts."""
    html = (
        f"<p>{PARAGRAPHS[0]}</p><figure><img src='x'><figcaption>غواص</figcaption></figure>"
        f"سطر أول<br/>سطر&nbsp;ثان<script>alert(1)</script><ul><li>بند</li></ul>"
    )
    found = extract(html, form="fragment", entry=Entry("u", "u", TITLE), now=NOW)
    assert isinstance(found, Article)
    assert found.text.split("\n") == [PARAGRAPHS[0], "سطر أول", "سطر ثان", "بند"]
    assert (found.url, found.title, found.language) == ("u", TITLE, "ar")


def test_text_stays_as_it_is() -> None:
    """Nothing but empty lines is taken from scraped text; angle brackets are text."""
    found = extract("  سطر <b>أول</b>\n\n\u00a0\nسطر  ثان ", form="text", now=NOW)
    assert isinstance(found, Article)
    assert found.text == "سطر <b>أول</b>\nسطر  ثان"


@pytest.mark.parametrize("form", ["page", "fragment", "text"])
def test_empty_input_is_no_article(form: str) -> None:
    """Whatever the form."""
    assert isinstance(extract("", form=form, now=NOW), NotAnArticle)  # type: ignore[arg-type]


_MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<div>",
            "<h1>",
            "</h1>",
            "<a href='x'>",
            "<img>",
            "<li>",
            "<![CDATA[",
            "<!--",
            "<title>",
            "<script type='application/ld+json'>",
            "{",
            "[",
            "&#0;",
            "&amp",
            "\x00",
            "<?xml?>",
        ]
    )
    | texts,
    max_size=40,
).map("".join)


@given(html=_MARKUP | st.text(max_size=300), form=st.sampled_from(["page", "fragment", "text"]))
def test_never_raises(html: str, form: str) -> None:
    """Any text gives an article or the reason why it is none."""
    found = extract(html, form=form, now=NOW)  # type: ignore[arg-type]
    assert found.text if isinstance(found, Article) else found.why


def test_a_date_below_the_headline_is_read_where_nothing_else_tells() -> None:
    """The page's own day above the headline is passed over."""
    html = page(f"<ul><li>2 مايو 2024, 07:00:05 ص</li><li>233</li></ul>{PROSE}").replace(
        "<nav>", "<span>السبت 4 مايو 2024</span><nav>"
    )
    assert article(html).published == datetime(2024, 5, 2, 7, 0, 5, tzinfo=UTC)


SMALL_FRAGMENTS = {
    "one paragraph": ("<p>أبحر القارب صباحا.</p>", "أبحر القارب صباحا."),
    "one box": ("<div>أبحر القارب صباحا.</div>", "أبحر القارب صباحا."),
    "picture in the paragraph": ('<p><img src="/q.jpg">أبحر القارب.</p>', "أبحر القارب."),
    "text behind the paragraph": ("<p>أبحر القارب.</p> ثم عاد.", "أبحر القارب.\nثم عاد."),
    "inline element first": ("<b>تحديث</b> عاد القارب.", "تحديث عاد القارب."),
    "line break": ("<p>أبحر القارب<br>ثم عاد</p>", "أبحر القارب\nثم عاد"),
    "less-than sign": ("العمق أ < ب في الخليج", "العمق أ < ب في الخليج"),
    "no tag at all": ("أبحر القارب &amp; عاد", "أبحر القارب & عاد"),
    "character data": ("<![CDATA[أبحر القارب<br>وعاد]]>", "أبحر القارب\nوعاد"),
    "XML declaration": ('<?xml version="1.0" encoding="utf-16"?><p>أبحر</p>', "أبحر"),
    "end tag too many": ("أبحر القارب</div> وعاد", "أبحر القارب\nوعاد"),
    "forbidden characters": ("<p>أبحر\x00 \ud800القارب</p>", "أبحر القارب"),
    "deep nesting": (
        f"<p>أبحر</p>{'<b>' * 9000}القارب{'</b>' * 9000}<p>وعاد</p>",
        "أبحر\nالقارب\nوعاد",
    ),
}


@pytest.mark.parametrize(("html", "text"), SMALL_FRAGMENTS.values(), ids=SMALL_FRAGMENTS)
def test_a_fragment_of_any_make_keeps_its_text(html: str, text: str) -> None:
    """Feeds carry single blocks, bare text, and markup that no page has."""
    found = extract(html, form="fragment", now=NOW)
    assert isinstance(found, Article), found
    assert found.text == text


@pytest.mark.parametrize(
    "html", ["<script>x</script>", "<!-- مسودة -->", "<p> </p>", "<img src=x>"]
)
def test_a_fragment_without_text_is_none(html: str) -> None:
    assert extract(html, form="fragment", now=NOW) == NotAnArticle("", "there is no text", "")


TOO_LONG = {
    "many paragraphs": ("مضى القارب شرقا\n" * 5000, "beyond 4,000 paragraphs"),
    "long paragraphs": (("مضى القارب شرقا. " * 100 + "\n") * 200, "beyond 200,000 characters"),
    "one paragraph": ("مضى القارب شرقا. " * 20_000, "beyond 200,000 characters"),
    "no space": ("ب" * 300_000, "beyond 200,000 characters"),
}


@pytest.mark.parametrize(("text", "why"), TOO_LONG.values(), ids=TOO_LONG)
@pytest.mark.parametrize("form", ["text", "fragment"])
def test_a_text_that_is_too_long_is_cut_and_says_so(
    text: str, why: str, form: Literal["text", "fragment"]
) -> None:
    """At the end of a paragraph where there is one; the front of the rest is shown."""
    source = text if form == "text" else text.replace("\n", "<br>")
    found = extract(source, form=form, now=NOW)
    assert isinstance(found, Article), found
    assert len(found.text) <= 200_000
    assert text.startswith(found.text.split("\n")[-1])
    [removed] = found.removed
    assert removed.why == why
    assert removed.line.endswith("…")
    assert removed.line[:-1] in " ".join(text.split())
    assert "شرقا" in found.text.split()[-1] or " " not in text


def test_the_text_of_a_page_is_cut_as_well() -> None:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    long = "".join(f"<p>{n} {'مضى القارب شرقا نحو الجزر البعيدة ' * 50}.</p>" for n in range(150))
    found = article(page(body + long))
    assert 150_000 < len(found.text) <= 200_000
    assert [removed.why for removed in found.removed] == ["beyond 200,000 characters"]


HUGE = {
    "no space": "ب" * 1_000_000,
    "short lines": "سطر قصير\n" * 100_000,
    "dates": "12 مارس 2021\n" * 100_000,
    "tags": "<p>سطر</p>" * 300_000,
    "a single tag": "<p" * 1_000_000,
}


@pytest.mark.parametrize("source", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("form", ["text", "fragment"])
def test_a_huge_source_costs_little(source: str, form: Literal["text", "fragment"]) -> None:
    """Processor seconds, cleaning included: many times the least, far below hours."""
    start = time.process_time()
    found = extract(source, form=form, now=NOW)
    if isinstance(found, Article):
        clean(found, now=NOW)
    assert time.process_time() - start < 6
