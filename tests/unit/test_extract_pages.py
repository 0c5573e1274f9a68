"""Pages of every make: the article line by line and nothing else; what is none is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.pages.refused import BLOCKS, LISTINGS, REFUSED, page
from tests.pages.shapes import NAV, SHAPES, VOCALIZED, Shape, doc, grid, json_ld
from tests.pages.stories import STORIES, TEASERS, Story
from watcher.model import Article, Fetched, NotAnArticle
from watcher.pages import read_page

NOW = datetime(2026, 5, 13, tzinfo=UTC)


def read(
    html: str, url: str = "https://news.example/2026/17", encoding: str = "utf-8"
) -> Article | NotAnArticle:
    body = html.encode(encoding, "xmlcharrefreplace")
    return read_page(Fetched(url, url, body, "text/html"), now=NOW)


def lines(*texts: str) -> list[str]:
    """Give the words of each line: punctuation and bars of tables do not count."""
    return [" ".join(re.findall(r"\w+", text)) for text in texts]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_the_article_and_nothing_else(shape: Shape) -> None:
    for story in STORIES:
        html, wanted = shape(story)
        found = read(html)
        assert isinstance(found, Article), found.why
        assert lines(*found.text.split("\n")) == lines(*wanted)
        assert found.title in {story.title, VOCALIZED.title}


@pytest.mark.parametrize("encoding", ["windows-1256", "iso-8859-6"])
def test_old_encodings_change_nothing(encoding: str) -> None:
    for shape in SHAPES[:20]:
        html, wanted = shape(STORIES[0])
        plain = html.replace('<meta charset="utf-8">', "")
        found = read(plain, encoding=encoding)
        assert isinstance(found, Article), shape.__name__
        assert lines(*found.text.split("\n")) == lines(*wanted), shape.__name__


@pytest.mark.parametrize("name", REFUSED)
def test_no_article(name: str) -> None:
    found = read(REFUSED[name])
    assert isinstance(found, NotAnArticle), found.text
    kind = "list" if name in LISTINGS else "block"
    assert found.why, kind


@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "empty"])
def test_a_block_page_says_what_it_is(name: str) -> None:
    """The operator reads why, not how many words there were."""
    found = read(REFUSED[name])
    assert isinstance(found, NotAnArticle)
    assert not re.search(r"only \d+ words|lists other", found.why)


SHORT = {
    "one sentence": "أعلنت وزارة الصحة مساء اليوم تسجيل أول إصابة بالمرض في العاصمة، وقالت إن المصاب وصل من الخارج قبل أسبوع.",
    "about a blocked site": "قالت هيئة الاتصالات إنه تم حظر الوصول إلى منصة مراهنات بقرار قضائي صدر الخميس، بعد شكاوى من عائلات المتضررين.",
    "about maintenance": "أعلن المصرف المركزي أن الموقع قيد الصيانة منذ الفجر بسبب هجوم إلكتروني، مؤكدا أن أموال العملاء لم تتأثر.",
    "about robots": "طور طلاب في كلية الهندسة اختبارا جديدا يتأكد من أنك لست روبوتا من دون صور ولا حروف، وفاز بجائزة الجامعة.",
    "about a search": "قال قائد فرق الإنقاذ إنه لم يتم العثور على أي ناجين تحت الأنقاض، وإن البحث سيستمر حتى صباح الغد.",
    "about subscribers": "أعلنت شركة الكهرباء أن التخفيض الجديد متاح للمشتركين المنزليين حتى نهاية الشهر، على أن يشمل المصانع لاحقا.",
}


@pytest.mark.parametrize("text", SHORT.values(), ids=SHORT)
@pytest.mark.parametrize("around", ["dated", "claimed", "og"])
def test_short_news_is_never_refused(text: str, around: str) -> None:
    """A few words that block pages use too do not make a block page of a piece of news."""
    story = Story(" ".join(text.split()[:7]), (text,))
    head = {
        "dated": "",
        "claimed": json_ld(story),
        "og": '<meta property="og:type" content="article">',
    }[around]
    time = (
        '<time datetime="2026-05-12T08:30:00+03:00">12 مايو 2026</time>'
        if around == "dated"
        else ""
    )
    found = read(
        doc(
            f"{NAV}<article><h1>{story.title}</h1>{time}<p>{text}</p></article>{grid(0, 6, teasers=True)}",
            story,
            head,
        )
    )
    assert isinstance(found, Article), found.why
    assert text in found.text
    assert not any(teaser in found.text for teaser in TEASERS)


def test_a_lead_above_a_paywall_is_news_still() -> None:
    """What is free to read may be what somebody waits for."""
    story = STORIES[1]
    prompt = "<div class=paywall><p>هذا المحتوى متاح للمشتركين فقط. اشترك الآن لمتابعة القراءة.</p></div>"
    found = read(
        doc(
            f"{NAV}<article><h1>{story.title}</h1><p>{story.paragraphs[0]}</p>{prompt}</article>",
            story,
            json_ld(story),
        )
    )
    assert isinstance(found, Article), found.why
    assert story.paragraphs[0] in found.text


def test_what_a_page_shows_in_part_its_data_completes() -> None:
    story = STORIES[0]
    head = json_ld(story, articleBody="\n".join(story.paragraphs))
    found = read(
        doc(
            f"{NAV}<article><h1>{story.title}</h1><p>{story.paragraphs[0]}</p><button>المزيد</button></article>",
            story,
            head,
        )
    )
    assert isinstance(found, Article)
    assert found.text.split("\n") == list(story.paragraphs)


def test_data_of_another_story_is_not_taken() -> None:
    """A home page may carry its lead story's text."""
    head = json_ld(STORIES[2], articleBody="\n".join(STORIES[2].paragraphs))
    found = read(
        doc(
            f"{NAV}<article><h1>{STORIES[0].title}</h1><p>{STORIES[0].paragraphs[0]}</p></article>",
            STORIES[0],
            head,
        )
    )
    assert isinstance(found, Article)
    assert found.text == STORIES[0].paragraphs[0]


def test_a_paragraph_of_ten_thousand_breaks_is_read_in_time() -> None:
    """Each run is looked at once."""
    text = "<br>".join(f"سطر رقم {number} من قصيدة طويلة جدا" for number in range(10_000))
    found = read(page(f"<div><h1>{STORIES[0].title}</h1>{text}</div>", "قصيدة"))
    assert isinstance(found, Article)
