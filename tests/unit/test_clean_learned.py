"""What a source repeats is learned and forgotten; what it reports again and again is never taken."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.pages.source import BACKGROUND, FORMULA, PROMO, Piece, pieces
from tests.pages.stories import HEADLINES, STORIES
from watcher.clean import Furniture, clean, in_force, learn, learned, lines_of
from watcher.clean.learned import (
    LABEL_STORIES,
    REPEATED,
    SENTENCE_STORIES,
    WINDOW,
)
from watcher.model import Article

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LABEL, SENTENCE = PROMO[0], PROMO[1]


def taught(articles: Iterable[Article], known: Furniture | None = None) -> Furniture:
    known = known or Furniture()
    for story, article in enumerate(articles, len(known.pages) * 1000):
        known = learn(known, lines_of(article), story)
    return known


def articles(count: int, *, seed: int = 7, promo: tuple[str, ...] = PROMO) -> list[Article]:
    made = pieces(count, seed=seed, promo=promo, popular=False)
    return [Article("", piece.title, piece.text) for piece in made]


def read_all(told: list[Piece], now: datetime) -> list[Article]:
    """Clean each page by what the ones before it taught, as the daemon does."""
    known, read = Furniture(), []
    for story, piece in enumerate(told):
        found = clean(Article("", piece.title, piece.text), furniture=in_force(known), now=now)
        known = learn(known, lines_of(found), story)
        read.append(found)
    return read


def test_sixty_pages_of_a_source(now: datetime) -> None:
    """Furniture is gone after nine pages, lists of much read stories nine pages after they change."""
    told = pieces(60)
    read = read_all(told, now)
    for number, (piece, article) in enumerate(zip(told, read, strict=True)):
        kept = article.text.split("\n")
        assert [line for line in piece.reporting if line not in article.text] == []
        if number > SENTENCE_STORIES:
            assert not set(PROMO).intersection(kept)
    assert sum(FORMULA in article.text for article in read) == 20
    assert sum(BACKGROUND in article.text for article in read) == 15
    printed = sum(len(piece.furniture) for piece in told)
    left = sum(
        line in article.text.split("\n")
        for piece, article in zip(told, read, strict=True)
        for line in piece.furniture
    )
    assert left < 0.35 * printed


def test_the_reason_is_told(now: datetime) -> None:
    gone = read_all(pieces(12), now)[-1].removed
    assert {one.line for one in gone if one.why == REPEATED} >= set(PROMO)


def test_how_many_stories_it_takes() -> None:
    """Labels take few; sentences need more, as a wrong one would lose reporting."""
    for line, wanted in ((LABEL, LABEL_STORIES), (SENTENCE, SENTENCE_STORIES)):
        told = articles(wanted, promo=(line,))
        assert in_force(taught(told[:-1])) == frozenset()
        assert in_force(taught(told)) == {line}


def test_it_is_forgotten_when_it_no_longer_recurs() -> None:
    known = taught(articles(WINDOW))
    assert in_force(known) == set(PROMO)
    known = taught(articles(WINDOW, seed=8, promo=()), known)
    assert in_force(known) == frozenset()
    assert known.lines == {key: line for key, line in known.lines.items() if line not in PROMO}


def test_it_stays_known_while_it_is_removed(now: datetime) -> None:
    """A line that cleaning takes out still recurs."""
    read = read_all(pieces(3 * WINDOW, popular=False), now)
    assert all(not set(PROMO).intersection(one.text.split("\n")) for one in read[SENTENCE_STORIES:])


def test_copies_and_revisions_count_once() -> None:
    """One story a hundred times is one story."""
    known = Furniture()
    for number, article in enumerate(articles(100)):
        known = learn(known, lines_of(article), number % 3)
    assert in_force(known) == frozenset()
    assert len(known.pages) == 3


def test_a_background_sentence_of_one_subject_stays() -> None:
    """All of twenty stories are about one conflict and close with the same sentence."""
    told = [piece for piece in pieces(80, promo=(), popular=False) if BACKGROUND in piece.reporting]
    known = taught(Article("", piece.title, piece.text) for piece in told)
    assert len(known.pages) == WINDOW
    assert in_force(known) == frozenset()


def test_the_lead_of_a_story_that_others_announce_stays(now: datetime) -> None:
    """What all other pages print as a teaser is the lead of one."""
    story = STORIES[2]
    teaser = story.paragraphs[0]
    known = taught(articles(WINDOW, promo=(teaser,)))
    assert in_force(known) == {teaser}
    own = clean(
        Article("", story.title, "\n".join(story.paragraphs)), furniture=in_force(known), now=now
    )
    assert own.text.split("\n") == list(story.paragraphs)


def test_a_learned_sentence_inside_a_text_stays(now: datetime) -> None:
    """Only from the edges are sentences taken."""
    text = "\n".join((*STORIES[0].paragraphs[:2], SENTENCE, *STORIES[0].paragraphs[2:]))
    found = clean(Article("", STORIES[0].title, text), furniture=frozenset(PROMO), now=now)
    assert SENTENCE in found.text


def test_a_refrain_stays() -> None:
    """Poems of one collection: the refrain stands in each of them, several times."""
    refrain = "يا ليل ما أطولك على الغريب"
    poems = [
        Article(
            "",
            f"قصيدة {n}",
            "\n".join(f"بيت رقم {n} {verse} من القصيدة الطويلة\n{refrain}" for verse in range(6))
            + f"\nنشرت القصيدة رقم {n} في ديوان الشاعر الأول.",
        )
        for n in range(WINDOW)
    ]
    assert refrain not in in_force(taught(poems))


def test_sub_headings_and_agencies_stay() -> None:
    """A sub-heading of half the texts, and who is owed every text."""
    told = []
    for number, article in enumerate(articles(WINDOW, promo=())):
        lines = article.text.split("\n")
        lines[2:2] = ["ماذا نعرف حتى الآن؟"] if number % 2 else []
        told.append(Article("", article.title, "\n".join((*lines, "رويترز"))))
    assert in_force(taught(told)) == frozenset()


def test_an_insertion_inside_every_text_goes() -> None:
    told = []
    for article in articles(WINDOW, promo=()):
        lines = article.text.split("\n")
        told.append(Article("", article.title, "\n".join((*lines[:2], LABEL, *lines[2:]))))
    assert in_force(taught(told)) == {LABEL}


def test_lines_are_listed_with_their_counts() -> None:
    listed = learned(taught(articles(12)))
    assert {one.line for one in listed} == set(PROMO)
    assert {(one.stories, one.of) for one in listed} == {(12, 12)}


@given(share=st.floats(0, 1), seed=st.integers(0, 10**6))
def test_a_sentence_inside_the_text_is_never_learned(share: float, seed: int) -> None:
    """However many pages print it, in whatever order."""
    chance = random.Random(seed)
    told = []
    for article in articles(2 * WINDOW, seed=seed):
        lines = article.text.split("\n")[: -len(PROMO)]
        if chance.random() < share:
            lines.insert(chance.randint(1, len(lines) - 1), FORMULA)
        told.append(Article("", article.title, "\n".join((*lines, *PROMO))))
    assert FORMULA not in in_force(taught(told))


@given(st.permutations(articles(WINDOW)))
def test_the_order_of_pages_does_not_matter(told: list[Article]) -> None:
    assert in_force(taught(told)) == set(PROMO)


@given(st.lists(st.lists(st.text("ابتث .", max_size=60), max_size=60).map("\n".join), max_size=50))
def test_what_is_remembered_is_bounded(texts: list[str]) -> None:
    """So many pages, so many lines of each; nothing raises."""
    known = taught(Article("", HEADLINES[0], text) for text in texts)
    assert len(known.pages) <= WINDOW
    assert all(len(page.marks) <= 12 + 24 + 40 for page in known.pages)
    assert len(known.lines) <= WINDOW * (12 + 24 + 40)
    in_force(known)
