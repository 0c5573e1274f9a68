"""Broken plurals, noun by noun."""

from __future__ import annotations

import pytest

from watcher.arabic import Terms

PLURALS = {
    # Spelled like another word, which the lexicon lists.
    "خلية": "خلايا بالخلايا",
    "هدنة": "هدن",
    "تهمة": "التهم",
    "مدفع": "مدافع المدافع",
    "مزرعة": "مزارع",
    "نفق": "أنفاق الأنفاق",
    # Of shapes that are generated, as the lexicon is silent.
    "تل": "تلال",
    "جو": "أجواء الأجواء",
    "زي": "أزياء",
    "عرقلة": "عراقيل",
    "مصفاة": "مصافي المصافي",
    "مبنى": "مباني",
    "ضاحية": "ضواحي ضواح",
    # Of no shape that belongs to their singular's.
    "ناشط": "نشطاء والنشطاء",
    "جزيرة": "جزر",
    "موعد": "مواعيد",
    "أنثى": "إناث الإناث",
    "أخ": "إخوة",
    "جديد": "جدد الجدد",
}
OTHERS = {
    "جديد": "وجدد",
    "مقتل": "مقاتل",
    "عناية": "العناء",
    "نفق": "إنفاق",
    "ملف": "يلف",
}


@pytest.mark.parametrize(("noun", "printed"), PLURALS.items())
def test_plurals_of_a_noun_are_found(noun: str, printed: str) -> None:
    terms = Terms([noun])
    assert [form for form in printed.split() if not terms.scan(f"قيل {form} هنا")] == []


@pytest.mark.parametrize(("noun", "printed"), OTHERS.items())
def test_what_is_spelled_like_a_plural_is_not(noun: str, printed: str) -> None:
    terms = Terms([noun])
    assert [form for form in printed.split() if terms.scan(f"قيل {form} هنا")] == []
