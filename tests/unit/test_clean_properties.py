"""What holds for any text whatever."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import texts, words
from watcher.clean import clean
from watcher.clean.lines import read_line
from watcher.model import Article

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
_FURNITURE = st.sampled_from(
    """
    شارك انسخ الرابط تعليقات المصدر اقرأ أيضا إعلان وكالات رويترز العراق صورة 2024 مايو من في قال
    [ad_1] (غيتي) :
    """.split()  # noqa: SIM905 - Arabic reads better in one run
)
_lines = st.lists(st.one_of(words, _FURNITURE), min_size=1, max_size=30).map(" ".join)
_sentences = st.lists(st.one_of(words, _FURNITURE), min_size=14, max_size=30).map(
    lambda found: f"وقال {' '.join(found)} كذلك."
)
_anything = st.one_of(texts, st.text(max_size=200), st.lists(_lines, max_size=12).map("\n".join))


@given(text=_anything, title=_lines)
def test_never_raises_and_loses_nothing(text: str, title: str) -> None:
    """Every word of the input stands in the text, a field, or among what was removed."""
    for known in ("", title):
        article = clean(Article("", known, text), now=NOW)
        gone = " ".join(removed.line for removed in article.removed)
        there = f"{article.title} {article.text} {gone} {article.credit} {article.author}"
        have = set(read_line(there.replace("]", "] ")).words)
        assert set(read_line(" ".join(text.replace("]", "] ").split())).words) <= have


@given(lines=st.lists(_sentences, min_size=1, max_size=6, unique=True))
def test_long_sentences_are_never_removed(lines: list[str]) -> None:
    """A line of twelve words and more that ends with a full stop stays, wherever it stands."""
    text = clean(Article("", "عنوان", "\n".join(lines)), now=NOW).text
    for line in lines:
        bare = " ".join(line.replace("[ad_1]", " ").split())
        assert bare in " ".join(text.split())


@given(text=_anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What was left is left again, as long as the title is known."""
    once = clean(Article("", "عنوان لا يتكرر", text), now=NOW)
    twice = clean(Article("", once.title, once.text), now=NOW)
    assert read_line(twice.text).words == read_line(once.text).words or len(once.text) > len(
        twice.text
    )
