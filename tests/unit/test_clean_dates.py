"""Published is the article's own date: not the page's day, not a date inside the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from watcher.clean import clean
from watcher.model import Article

NOW = datetime(2024, 5, 4, 9, 0, tzinfo=UTC)
TITLE = "افتتاح خط جديد للقطار بين المدينتين الساحليتين"
BODY = (
    "انطلقت صباح الخميس أولى رحلات القطار الجديد بين المدينتين، وعلى متنه مئتا راكب حجزوا"
    " مقاعدهم قبل أسابيع.\nوقالت الشركة إن الرحلة تستغرق ساعة واحدة بدل ثلاث ساعات بالحافلة، وإن"
    " التذكرة بنصف ثمنها هذا الشهر."
)
OLD = BODY + "\nوكان العمل في الخط قد بدأ في ربيع 2017 وتوقف مرارا قبل أن يستأنف نهاية العام ذاته."

CASES = {
    "below the headline": (f"{TITLE}\n12 مارس 2021\n{BODY}", datetime(2021, 3, 12, tzinfo=UTC)),
    "with a clock": (
        f"{TITLE}\nالجمعة، 12 مارس 2021 10:30 م\n{BODY}",
        datetime(2021, 3, 12, 22, 30, tzinfo=UTC),
    ),
    "labelled": (f"{TITLE}\nتاريخ النشر: 12 مارس 2021\n{BODY}", datetime(2021, 3, 12, tzinfo=UTC)),
    "bulleted": (
        f"{TITLE}\n- 12 مارس 2021, 4:05:06 م\n{BODY}",
        datetime(2021, 3, 12, 16, 5, 6, tzinfo=UTC),
    ),
    "the page's day above, the own below": (
        f"السبت 4 مايو 2024\n{TITLE}\n12 مارس 2021\n{BODY}",
        datetime(2021, 3, 12, tzinfo=UTC),
    ),
    "published before updated": (
        f"{TITLE}\nآخر تحديث: 14 مارس 2021\nنشر في: 12 مارس 2021\n{BODY}",
        datetime(2021, 3, 12, tzinfo=UTC),
    ),
    "only above, nothing against it": (
        f"12 مارس 2021\n{TITLE}\n{BODY}",
        datetime(2021, 3, 12, tzinfo=UTC),
    ),
    "only above, beside the weather": (f"℃ 20 طنجة\n4 مايو 2024\n{TITLE}\n{BODY}", None),
    "only above, years after the text": (f"4 مايو 2024\n{TITLE}\n{OLD}", None),
    "two above": (f"4 مايو 2024\n3 مايو 2024\n{TITLE}\n{BODY}", None),
    "inside the text": (
        f"{TITLE}\n{BODY}\nبدأ العمل في 12 مارس 2021 وانتهى هذا العام بعد تعثر.",
        None,
    ),
    "in a caption": (
        f"{TITLE}\n{BODY}\nركاب على رصيف المحطة الكبرى صباح الخميس 2 مايو 2024\n{BODY[:90]}.",
        None,
    ),
    "ahead of now": (f"{TITLE}\n12 مارس 2031\n{BODY}", None),
    "none": (f"{TITLE}\n{BODY}", None),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_published(text: str, expected: datetime | None) -> None:
    """The right date line, or none."""
    found = clean(Article("", "", text), now=NOW).published
    assert found == expected


def test_a_known_date_is_never_replaced() -> None:
    """What feed or page said stays; the date line goes all the same."""
    known = datetime(2021, 3, 12, 5, tzinfo=UTC)
    article = clean(Article("", "", f"{TITLE}\n9 مارس 2021\n{BODY}", known, "as fed"), now=NOW)
    assert (article.published, article.published_raw) == (known, "as fed")
    assert article.text == BODY
