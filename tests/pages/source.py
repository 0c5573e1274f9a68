"""An invented source that prints the same around every story, and what it reports again and again."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.pages.stories import HEADLINES, TEASERS

PROMO = (
    "صفحة المرفأ الثقافية تصدر كل خميس",
    "يصلكم صوت المرفأ من أربع عواصم عربية منذ ربع قرن بلا انقطاع.",
    "سجل في خدمة الرسائل القصيرة واحصل على العناوين العاجلة لحظة وقوعها على هاتفك.",
)
FORMULA = "وقال المتحدث باسم وزارة الداخلية إن التحقيق لا يزال مستمرا."
BACKGROUND = (
    "وتشهد مقاطعة السدرة منذ تسع سنوات نزاعا داميا أودى بحياة آلاف المدنيين وشرد مئات الآلاف."
)


def _words(text: str) -> list[str]:
    return text.split()


NAMES = _words(
    "الراوي العبيدي الجبوري منصور فاضل جابر الحلبي الزيدي السالم النجار القاسم الحداد الخياط البناء"
)
PLACES = _words(
    "الزهراء الواحة النهروان الكرمة الشرقية القصبة التلول الحمراء العين الرابية السهل الجسر"
)
TOPICS = _words(
    "المياه الكهرباء التعليم الصحة الزراعة النقل الإسكان السياحة الصناعة التجارة الطرق الموانئ المطارات الجسور الحدائق المدارس المستشفيات الأسواق المصانع البلديات"
)
ACTS = _words("افتتح دشن أطلق أعلن قرر ألغى أجل راجع ناقش وقع")


@dataclass(frozen=True, slots=True)
class Piece:
    title: str
    reporting: tuple[str, ...]
    furniture: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((*self.reporting, *self.furniture))


def pieces(
    count: int, *, seed: int = 7, promo: tuple[str, ...] = PROMO, popular: bool = True
) -> list[Piece]:
    """Make pages of different stories; a fourth is about one conflict and closes with its background.

    Below each text stand two headlines that are much read, each for fifteen pages, and the promo.
    """
    chance = random.Random(seed)
    return [_piece(number, chance, promo, popular=popular) for number in range(count)]


def _piece(number: int, chance: random.Random, promo: tuple[str, ...], *, popular: bool) -> Piece:
    name, place, topic, act = (chance.choice(words) for words in (NAMES, PLACES, TOPICS, ACTS))
    other, second = chance.choice(PLACES), chance.choice(TOPICS)
    cost = chance.randint(12, 990)
    paragraphs = [
        f"{act} وزير {topic} سعيد {name} في مدينة {place} مشروعا رقمه {number} بكلفة {cost} مليون دينار، بحضور عدد من النواب.",
        f"وأوضح {name} أن المشروع يخدم أهالي {place} و{other} وينتهي العمل فيه خلال {chance.randint(3, 40)} شهرا.",
        f"ويرى خبراء في {second} أن نجاح المشروع رقم {number} مرهون بتوفير {cost * 3} عاملا ومعدات حديثة.",
        f"وكانت {other} طالبت في السنوات الماضية بحل لمشكلة {topic} التي تؤثر في {cost + 7} قرية.",
    ]
    if number % 3 == 0:
        paragraphs.insert(chance.randint(1, 3), FORMULA)
    if number % 4 == 0:
        paragraphs[1] = (
            f"وقتل {cost} شخصا في معارك بين فصيلين قرب مقاطعة السدرة وفق ما ذكر سكان في {other}."
        )
        paragraphs.append(BACKGROUND)
    first = number // 15 % (len(HEADLINES) - 1)
    read_most = (HEADLINES[first], HEADLINES[first + 1], TEASERS[first]) if popular else ()
    return Piece(f"مشروع {topic} رقم {number} في {place}", tuple(paragraphs), (*read_most, *promo))
