"""Strategies for Arabic text: words, marks, tatweel, invisible characters, clitics."""

from __future__ import annotations

from hypothesis import strategies as st

LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي"
HARAKAT = "\u064b\u064c\u064d\u064e\u064f\u0650\u0652\u0670"
TATWEEL = "\u0640"
JOINERS = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

words = st.text(LETTERS, min_size=1, max_size=9)
texts = st.text(
    LETTERS + HARAKAT + TATWEEL + JOINERS + "٠١٢۳۴5abcÀX .،؟!\n\u2066\u2069\ufefb\ufdf2کیگ",
    max_size=200,
)
proclitics = st.sampled_from(["", "و", "ف", "ب", "ل", "ك", "وب", "فل", "ول", "وك", "أفب"])


@st.composite
def stretched(draw: st.DrawFn, word: str, inside: str = TATWEEL + JOINERS) -> str:
    """Draw `word` with characters of `inside` between its letters."""
    gaps = st.text(inside, max_size=2)
    return "".join(letter + draw(gaps) for letter in word[:-1]) + word[-1]
