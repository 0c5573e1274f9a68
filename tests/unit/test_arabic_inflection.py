"""Inflection word by word: what a person who writes the word expects to be found, and what not."""

from __future__ import annotations

import pytest

from watcher.arabic import Terms

CONJUGATED = {
    # Derived forms that the lexicon does not list.
    "احتدم": "احتدمت احتدموا يحتدم ستحتدم",
    "استوجب": "استوجبت يستوجب تستوجبه",
    "انتشل": "انتشلت انتشلوا وينتشل",
    "أوفد": "أوفدت يوفد ستوفد",
    "أرجع": "أرجعت أرجعوا يرجع",
    "صافح": "صافحت يصافح وصافحه",
    "هيمن": "هيمنت يهيمن يهيمنون",
    "شكك": "شككت شككوا يشكك وشككت",
    # Weak roots: و and ي between strong letters, at the end, and an infix that is no ت.
    "احتوى": "احتوت يحتوي تحتويها",
    "انطوى": "انطوت ينطوي",
    "ازداد": "ازدادت يزداد ستزداد",
    # Verbs whose own letters begin like the article.
    "التقى": "التقت التقوا يلتقي والتقت",
    "ألغى": "ألغت ألغوا يلغي",
    "التزم": "التزمت التزموا يلتزمون",
    "ألقى": "ألقت ألقوا",
    # Hollow verbs, of which the lexicon lists the passive alone.
    "ثار": "ثارت يثور يثورون",
    "خان": "يخون تخون",
    "خاف": "يخاف يخافون",
    "أجاب": "أجابت يجيب أجيب",
    "أدان": "أدانت تدين أدينت",
    # Doubled fourth forms, and roots that begin with ي.
    "أقر": "أقرت يقر ستقر",
    "أخل": "يخل تخل",
    "أيقظ": "أيقظت يوقظ",
    # Hamza at the end.
    "هيأ": "هيأت يهيئ تهيئ",
    "لجأ": "لجأت لجؤوا يلجأ",
    "قرأ": "قرأت يقرأ",
    # "She" is what a noun's verb does, although another verb is spelled like it.
    "عقد": "تعقد ستعقد",
    "قتل": "تقتل تقتلهم",
    "عارض": "تعارض",
    # What the lexicon lists under another form of the root, or as a word of its own.
    "أنكر": "ينكرون",
    "طلب": "يطلبان",
    "رفض": "رفضنا",
    "سعى": "سعوا",
    "نوى": "ينوي",
    "فتح": "فتحت",
}
NOT_CONJUGATED = {
    "قدم": "تقدم وتقدموا",
    "حدث": "تحدث",
    "وصل": "توصل",
    "سبب": "تسببوا",
    "قام": "تقام",
    "خاف": "يخيف",
    "حمد": "محمد",
    "وجه": "واجه",
    "أنثى": "ينثي",
    "أحمر": "يحمر",
    "الترك": "يلترك",
}
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
NO_PLURALS = {
    "جديد": "وجدد",
    "مقتل": "مقاتل",
    "عناية": "العناء",
    "نفق": "إنفاق",
    "ملف": "يلف",
}


def found(term: str, forms: str) -> list[str]:
    """Give which of some forms are found for a term."""
    terms = Terms([term])
    return [form for form in forms.split() if terms.scan(f"قيل {form} هنا")]


@pytest.mark.parametrize(("term", "forms"), [*CONJUGATED.items(), *PLURALS.items()])
def test_forms_are_found(term: str, forms: str) -> None:
    assert found(term, forms) == forms.split()


@pytest.mark.parametrize(("term", "forms"), [*NOT_CONJUGATED.items(), *NO_PLURALS.items()])
def test_what_is_spelled_like_a_form_is_not(term: str, forms: str) -> None:
    assert found(term, forms) == []
