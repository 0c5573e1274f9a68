"""Good readings are told from damaged ones by figures, and the reasons say what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from tests.pages.shapes import NAV, OG, SHAPES, doc, json_ld
from tests.pages.stories import STORIES, TEASERS, Story
from tests.strategies import texts
from watcher.extract import judge_text
from watcher.extract.quality import DAMAGED, GOOD, Evidence, judge_reading
from watcher.model import Article, Entry, Fetched, NotAnArticle
from watcher.pages import read_feed_text, read_page

NOW = datetime(2026, 5, 13, tzinfo=UTC)
STORY = STORIES[0]
TIME = '<time datetime="2026-05-12T08:30:00+03:00">12 مايو 2026</time>'


def read(html: str | bytes, entry: Entry | None = None) -> Article:
    body = html if isinstance(html, bytes) else html.encode()
    found = read_page(
        Fetched("https://n.example/1", "https://n.example/1", body), entry=entry, now=NOW
    )
    assert isinstance(found, Article), found.why
    return found


def page(*paragraphs: str, story: Story = STORY, head: str = "", more: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return doc(
        f"{NAV}<article><h1>{story.title}</h1>{TIME}<div class=entry-content>{text}</div>{more}</article>",
        story,
        OG + head,
    )


def test_good_pages_of_every_make_are_good() -> None:
    for shape in SHAPES:
        for story in STORIES:
            found = read(shape(story)[0])
            assert found.quality >= GOOD, (shape.__name__, found.quality_why)


def test_a_faultless_reading_has_one() -> None:
    found = read(page(*STORY.paragraphs))
    assert (found.quality, found.quality_why) == (1.0, ())


def test_what_says_nothing_at_all_is_no_article() -> None:
    found = read_feed_text(Entry("u", "u", " ", body_html="<p> </p>"), now=NOW)
    assert isinstance(found, NotAnArticle)
    assert "neither a headline nor a text" in found.why


def mojibake() -> Article:
    text = "\n".join(STORY.paragraphs).encode().decode("latin-1")
    return judge_text(Article("", STORY.title, text, published=NOW))


def mojibake_of_an_old_encoding() -> Article:
    text = (
        "\n".join(STORY.paragraphs)
        .encode("windows-1256", "replace")
        .decode("windows-1252", "replace")
    )
    return judge_text(Article("", STORY.title, text, published=NOW))


def utf_8_read_as_windows_1256() -> Article:
    text = "\n".join(STORY.paragraphs).encode().decode("windows-1256", "replace")
    return judge_text(Article("", STORY.title, text, published=NOW))


def lost_letters() -> Article:
    return read(page(*(text.replace("ا", "\ufffd") for text in STORY.paragraphs)))


def question_marks() -> Article:
    return read(page(STORY.paragraphs[0], *("????? ???? ?????? " * 6 + "." for _ in range(3))))


def cut_teaser() -> Article:
    return read(page(" ".join(STORY.paragraphs[0].split()[:20]) + " [...]"))


def cut_with_a_label() -> Article:
    return read(page(*STORY.paragraphs[:2], f"{STORY.paragraphs[2][:60]}... اقرأ المزيد"))


def behind_a_paywall() -> Article:
    prompt = "<div><p>هذا المحتوى متاح للمشتركين فقط. اشترك الآن.</p></div>"
    return read(page(*STORY.paragraphs[:2], more=prompt))


def other_text_than_the_data() -> Article:
    head = json_ld(STORY, articleBody="\n".join(STORY.paragraphs))
    return read(page(*STORIES[2].paragraphs, head=head))


def less_than_the_feed() -> Article:
    body = "".join(f"<p>{text}</p>" for text in STORY.paragraphs)
    return read(page(STORY.paragraphs[0]), Entry("u", "u", STORY.title, body_html=body))


def only_a_headline() -> Article:
    found = read_feed_text(Entry("u", "u", STORY.title), now=NOW)
    assert isinstance(found, Article)
    return found


def a_wrong_paragraph_of_a_new_layout() -> Article:
    """The layout changed: what is found is some other text, and the paragraphs stand elsewhere."""
    found = Article("", STORY.title, "\n".join(TEASERS[4:6]), published=NOW)
    return judge_text(judge_reading(found, Evidence(found.text, visible=180)))


DAMAGED_BY = (
    mojibake, mojibake_of_an_old_encoding, utf_8_read_as_windows_1256, lost_letters, question_marks, cut_teaser, cut_with_a_label, behind_a_paywall,
    other_text_than_the_data, less_than_the_feed, only_a_headline, a_wrong_paragraph_of_a_new_layout,
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED_BY, ids=lambda damage: damage.__name__)
def test_damage_shows(damage) -> None:
    found = damage()
    assert found.quality < DAMAGED, (found.quality, found.quality_why, found.text[:200])
    assert found.quality_why


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"published": None}, "it has no date"),
        ({"title": "تعادل سلبي بين الفريقين"}, "no word of the title occurs in the text"),
        ({"text": "\n".join(STORY.paragraphs).replace("ة", "\ufffd", 1)}, "a few letters are lost"),
    ],
)
def test_a_doubt_is_no_damage(change: dict[str, object], why: str) -> None:
    given = {"title": STORY.title, "text": "\n".join(STORY.paragraphs), "published": NOW}
    found = judge_text(Article("", **(given | change)))  # type: ignore[arg-type]
    assert found.quality_why == (why,)
    assert DAMAGED < found.quality < 1


@given(text=texts, title=texts)
def test_it_is_between_nought_and_one(text: str, title: str) -> None:
    found = judge_text(Article("", title, text))
    assert 0 <= found.quality <= 1
    assert bool(found.quality_why) == (found.quality < 1)
