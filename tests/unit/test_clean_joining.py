"""A stray newline inside a sentence is mended; paragraphs, headings and lists are left apart."""

from __future__ import annotations

import pytest

from watcher.clean.joining import join_broken
from watcher.clean.lines import read_line

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
    "short, after a preposition": ("وقال إن المجلس سيعمل على", "فتح الطريق قبل الشتاء."),
    "short, after a conjunction": ("وأكد المدير أن", "المخازن ممتلئة حتى الصيف المقبل."),
    "after a dual in construct": (
        "وتعود العبارات بين جزيرتي",
        "النخيل والمرسى بعد توقف دام شهرين بسبب الأمواج.",
    ),
    "in the middle of a clause": (
        "وأعلنت الشركة أنها ستعيد في الأسبوع المقبل تشغيل",
        "العبارة الكبيرة التي توقفت قبل شهرين بسبب عطل في المحرك.",
    ),
    "long first line": (
        (
            "العبارة الكبيرة التي تنقل السكان والبضائع بين الجزيرة والبر تعود إلى العمل يوم الأحد"
            " المقبل بعد إصلاح المحرك"
        ),
        "الرئيسي الذي تعطل قبل شهرين في عرض البحر.",
    ),
}
APART = {
    "short sub-heading": ("عودة العبارات", "تستأنف الشركة رحلاتها إلى الجزيرة يوم الأحد المقبل."),
    "sub-heading of many words": (
        "خلاف قديم بين سكان الجزيرتين على مواعيد العبارات المسائية",
        "يطالب السكان منذ سنوات برحلة أخيرة بعد العاشرة ليلا.",
    ),
    "sub-heading with between": (
        "خلاف بين الجارتين",
        "يطالب السكان منذ سنوات برحلة أخيرة بعد العاشرة ليلا.",
    ),
    "next paragraph opens with a verb": (
        "وتستأنف الشركة رحلاتها إلى الجزيرة يوم الأحد المقبل بعد إصلاح المحرك",
        "أعلنت ذلك في بيان نشرته صباح الخميس على صفحتها.",
    ),
    "heading stuck to the paragraph before": (
        "وتستأنف الشركة رحلاتها إلى الجزيرة يوم الأحد المقبل. أسعار التذاكر",
        "الرحلة الواحدة بعشرة دنانير كما في السابق.",
    ),
    "next line has no stop": (
        "وتستأنف الشركة رحلاتها إلى الجزيرة يوم الأحد المقبل بعد إصلاح المحرك",
        "مواعيد جديدة للعبارات",
    ),
    "bullet behind a preposition": ("ويمر الخط في", "- المرسى القديم."),
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
    assert join_broken([read_line(one), read_line(two)]) == [f"{one} {two}"]


@pytest.mark.parametrize(("one", "two"), APART.values(), ids=APART)
def test_whole_lines_stay_apart(one: str, two: str) -> None:
    """Joining needs a reason."""
    assert join_broken([read_line(one), read_line(two)]) == [one, two]


def test_an_outlet_that_writes_no_stops_keeps_its_paragraphs() -> None:
    """An open line proves nothing where every second one is open."""
    lines = [
        "وتستأنف الشركة رحلاتها إلى الجزيرة يوم الأحد المقبل بعد إصلاح المحرك في الورشة",
        "الرحلة الأولى تنطلق عند الفجر وتحمل الطلاب والموظفين إلى البر كما في السابق",
        "وترتفع أسعار التذاكر بنسبة عشرة في المئة بحسب ما جاء في بيان الشركة",
        "السكان رحبوا بعودة الرحلات لكنهم طالبوا برحلة مسائية أخيرة بعد العاشرة ليلا.",
    ]
    assert join_broken([*map(read_line, lines)]) == lines
