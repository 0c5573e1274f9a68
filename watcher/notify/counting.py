"""Numbers with what they count: Arabic has a form of the noun for each kind of number. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    """The forms that a noun takes behind a number; an adjective goes along in each."""

    one: str
    """With the word for one: «خبر واحد»."""
    two: str
    two_after: str
    """The dual after a preposition: «خبرين»."""
    few: str
    """3 to 10."""
    many: str
    """11 to 99."""
    hundred: str
    """Whole hundreds, and one or two more than these."""


STORY = Noun("خبر واحد", "خبران", "خبرين", "أخبار", "خبراً", "خبر")
ALERT = Noun("تنبيه واحد", "تنبيهان", "تنبيهين", "تنبيهات", "تنبيهاً", "تنبيه")
TOPIC = Noun("موضوع واحد", "موضوعان", "موضوعين", "مواضيع", "موضوعاً", "موضوع")
REPORT = Noun("تقرير واحد", "تقريران", "تقريرين", "تقارير", "تقريراً", "تقرير")
OUTLET = Noun("منبر واحد", "منبران", "منبرين", "منابر", "منبراً", "منبر")
INDEPENDENT_OUTLET = Noun(
    "منبر مستقل واحد",
    "منبران مستقلان",
    "منبرين مستقلين",
    "منابر مستقلة",
    "منبراً مستقلاً",
    "منبر مستقل",
)
DAY = Noun("يوم واحد", "يومان", "يومين", "أيام", "يوماً", "يوم")
HOUR = Noun("ساعة واحدة", "ساعتان", "ساعتين", "ساعات", "ساعة", "ساعة")
MINUTE = Noun("دقيقة واحدة", "دقيقتان", "دقيقتين", "دقائق", "دقيقة", "دقيقة")


def counted(count: int, noun: Noun, *, after: bool = False) -> str:
    """Give a number and its noun; `after` is behind a preposition, or as an object.

    >>> [counted(n, STORY) for n in (1, 2, 3, 11, 100, 103)]
    ['خبر واحد', 'خبران', '3 أخبار', '11 خبراً', '100 خبر', '103 أخبار']
    """
    if count == 1:
        return noun.one
    if count == 2:
        return noun.two_after if after else noun.two
    return f"{count} {_form(count, noun)}"


def is_few(count: int) -> bool:
    """Tell whether a number takes a plural noun, whose verb is then feminine."""
    return 3 <= count % 100 <= 10


def _form(count: int, noun: Noun) -> str:
    if is_few(count):
        return noun.few
    return noun.many if count % 100 >= 11 else noun.hundred
