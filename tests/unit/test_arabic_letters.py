from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from watcher.arabic.letters import fold, plain


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("أسامة إلى آخر", "اسامه الي اخر", id="hamza on alef, final ى and ة"),
        pytest.param("مسئول", fold("مسؤول"), id="seats of hamza are one"),
        pytest.param("الأُسْـــرَةُ", "الاسره", id="harakat and tatweel"),
        pytest.param("\ufe8d\ufee0\ufecc\ufeae\ufe8d\ufed5", "العراق", id="presentation forms"),
        pytest.param("\ufefb\ufdf2", "لاالله", id="ligatures are spelled out"),
        pytest.param("کیف", "كيف", id="Persian letters"),
        pytest.param("١٢٣ ۴۵۶ 789", "123 456 789", id="digits of three scripts"),
        pytest.param("عي\u200dن\u200f", "عين", id="joiners and direction marks"),
        pytest.param("NATO", "nato", id="Latin letters lose their case"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    """What is written differently and read alike folds to one form."""
    assert fold(text) == folded


@given(st.text() | strategies.texts)
def test_fold_is_idempotent(text: str) -> None:
    """Folding twice is folding once."""
    assert fold(fold(text)) == fold(text)


def test_plain_keeps_ta_marbuta_apart() -> None:
    """The look-up form still tells كتابة from كتابه."""
    assert plain("كتابة") != plain("كتابه")
