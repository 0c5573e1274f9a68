"""A stray newline inside a sentence is mended; paragraphs, headings and lists are left apart."""

from __future__ import annotations

import pytest

from watcher.clean.joining import join_broken

BROKEN = {
    "last word alone": ("وتشمل الخطة الجديدة قطاعات التعليم والزراعة والصناعة والنقل", "والصحة."),
    "after a comma": (
        "وقال المدير إن الشحنة وصلت كاملة إلى المخازن،",
        "وإن التوزيع يبدأ غدا في كل الأحياء.",
    ),
    "after a preposition": (
        "وعبرت القافلة الحدود الشمالية ليلا واتجهت نحو المخيم الواقع في",
        "أطراف المدينة.",
    ),
    "inside a quotation": (
        "وقالت المعلمة «لن نترك هذه المدرسة مهما طال الانتظار",
        "وسنعود إليها غدا» قبل أن تغادر.",
    ),
}
APART = {
    "paragraphs": ("انتهى الاجتماع دون اتفاق بين الطرفين على أي من البنود.", "ويستأنف غدا."),
    "paragraph without its stop": (
        "انتهى الاجتماع دون اتفاق بين الطرفين على أي من البنود المطروحة",
        "ويستأنف الطرفان المحادثات صباح الأحد في مقر البعثة وسط العاصمة.",
    ),
    "heading": ("جولة جديدة", "ويستأنف غدا."),
    "paragraph and heading": (
        "انتهى الاجتماع دون اتفاق بين الطرفين على أي من البنود المطروحة",
        "جولة ثانية",
    ),
    "list": ("وتشمل الخطة الجديدة قطاعات عديدة من بينها ما يلي", "- الصحة."),
    "short sentence": (
        "انتهى الاجتماع دون اتفاق بين الطرفين على أي من البنود المطروحة",
        "قال ذلك شاهد.",
    ),
}


@pytest.mark.parametrize(("one", "two"), BROKEN.values(), ids=BROKEN)
def test_broken_sentences_are_joined(one: str, two: str) -> None:
    """With one space."""
    assert join_broken([one, two]) == [f"{one} {two}"]


@pytest.mark.parametrize(("one", "two"), APART.values(), ids=APART)
def test_whole_lines_stay_apart(one: str, two: str) -> None:
    """Joining needs a reason."""
    assert join_broken([one, two]) == [one, two]
