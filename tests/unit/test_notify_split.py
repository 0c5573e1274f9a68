"""Long text in parts: nothing lost, nothing too long, nothing torn apart."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.notify.split import NUMBER_ROOM, Markup, size_of, split

FATHA, SHADDA = "\u064e", "\u0651"
FSI, PDI = "\u2068", "\u2069"
letters = st.sampled_from("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")
marked = st.tuples(letters, st.sampled_from(["", FATHA, SHADDA + FATHA])).map("".join)
words = st.lists(marked, min_size=1, max_size=9).map("".join)
latin = st.from_regex(r"[A-Z][a-z]{2,8}( [A-Z][a-z]{2,8})?", fullmatch=True)
odd = st.sampled_from(["😀", "&", "<", "*", "_", "1,250", "[1]"])


def isolated(text: str) -> str:
    return f"{FSI}{text}{PDI}"


plain_units = words | latin.map(isolated) | odd
html_units = (
    words
    | latin.map(isolated)
    | odd.map(html.escape)
    | st.lists(words, min_size=1, max_size=3).map(lambda some: f"<b>{' '.join(some)}</b>")
    | words.map(lambda word: f'<a href="https://n.example/a?b=1&amp;c=2">{word}</a>')
)
markdown_units = (
    words
    | latin.map(isolated)
    | odd.map(lambda char: re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~&])", r"\\\1", char))
    | st.lists(words, min_size=1, max_size=3).map(lambda some: f"**{' '.join(some)}**")
    | words.map(lambda word: f"[{word}](<https://n.example/{word}>)")
)
joints = st.sampled_from([" ", " ", " ", ". ", "؟ ", "، ", ".\n", "\n\n"])
NUMBER = re.compile(r"\n\n\\?\((\d+)/(\d+)\\?\)\Z")


def texts(units: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(units, joints), min_size=1, max_size=60)
    return pairs.map(lambda some: "".join(unit + joint for unit, joint in some).strip())


every = (
    st.tuples(texts(plain_units), st.just("text"))
    | st.tuples(texts(html_units), st.just("html"))
    | st.tuples(texts(markdown_units), st.just("markdown"))
)


def bare(parts: list[str]) -> list[str]:
    """Take the numbers off, and check them."""
    if len(parts) == 1:
        return parts
    numbers = [NUMBER.search(part) for part in parts]
    told = [(int(n.group(1)), int(n.group(2))) for n in numbers if n]
    assert told == [(n, len(parts)) for n in range(1, len(parts) + 1)]
    return [NUMBER.sub("", part) for part in parts]


def letters_of(text: str) -> str:
    return "".join(text.split())


@given(every, st.integers(170, 400))
def test_the_parts_are_the_text(given: tuple[str, Markup], limit: int) -> None:
    text, markup = given
    parts = split(text, limit, markup)
    assert all(size_of(part) <= limit for part in parts)
    at = 0
    for part in bare(parts):
        begin = text.index(part, at)
        assert not text[at:begin].strip()
        at = begin + len(part)
    assert not text[at:].strip()


@given(every, st.integers(170, 400))
def test_nothing_is_torn_apart(given: tuple[str, Markup], limit: int) -> None:
    """Every unit here is shorter than a part, so every cut is at white space outside of all."""
    text, markup = given
    parts = bare(split(text, limit, markup))
    at = 0
    for part in parts:
        begin = text.index(part, at)
        assert begin == 0 or text[begin - 1].isspace()
        at = begin + len(part)
        assert at == len(text) or text[at].isspace()
        assert part.count(FSI) == part.count(PDI)
        if markup == "html":
            assert part.count("<b>") == part.count("</b>")
            assert part.count("<a ") == part.count("</a>")
            assert not re.search(r"<[^>]*\Z|\A[^<]*>", part)
        if markup == "markdown":
            assert len(re.findall(r"(?<!\\)\*\*", part)) % 2 == 0
            assert part.count("](<") == part.count(">)")


pieces = st.sampled_from(["ا", "ب\u064e", "ج\u0651\u064e", "😀", "د\u200dه", " "])


@given(st.lists(pieces, min_size=1, max_size=120).map("".join), st.integers(24, 60))
def test_a_letter_keeps_its_marks(text: str, limit: int) -> None:
    """Even in a word that is longer than a part."""
    parts = bare(split(text, limit))
    assert letters_of("".join(parts)) == letters_of(text)
    for part in parts:
        assert unicodedata.category(part[0])[0] != "M"
        assert "\u200d" not in {part[0], part[-1]}


@given(
    st.text(max_size=300),
    st.integers(NUMBER_ROOM + 2, 80),
    st.sampled_from(["text", "html", "markdown"]),
)
def test_any_text_at_all(text: str, limit: int, markup: Markup) -> None:
    parts = split(text, limit, markup)
    assert parts
    assert all(size_of(part) <= limit for part in parts)
    if len(parts) > 1:
        assert letters_of("".join(bare(parts))) == letters_of(text)


SENTENCES = [
    "وصل الوفد صباح السبت.",
    "هل يبقى طويلاً؟",
    "قال المتحدث «لا نعلم بعد.»",
    "وينتهي اللقاء غداً.",
]


def test_parts_end_after_sentences() -> None:
    parts = bare(split(" ".join(SENTENCES), 66))
    assert parts == [" ".join(SENTENCES[:2]), " ".join(SENTENCES[2:])]


def test_parts_end_after_paragraphs_where_they_can() -> None:
    text = f"{SENTENCES[0]}\n{SENTENCES[1]} {SENTENCES[1]} {SENTENCES[1]}"
    assert bare(split(text, 54))[0] == SENTENCES[0]


def test_what_fits_is_left_alone() -> None:
    assert split("  كما هو \n", 20) == ["  كما هو \n"]


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        pytest.param("ا" * 100, "text", id="a word"),
        pytest.param(f"<b>{'اب ' * 60}</b>", "html", id="an element"),
        pytest.param(isolated("Long " * 30), "text", id="an isolate"),
    ],
)
def test_what_alone_is_too_long_is_cut_all_the_same(text: str, markup: Markup) -> None:
    parts = split(text, 60, markup)
    assert len(parts) > 1
    assert letters_of("".join(bare(parts))) == letters_of(text)


@pytest.mark.parametrize("limit", range(NUMBER_ROOM + 6, 40))
def test_an_escape_is_never_cut(limit: int) -> None:
    for part in bare(split("&amp;" * 20, limit, "html")):
        assert re.fullmatch("(?:&amp;)+", part)
