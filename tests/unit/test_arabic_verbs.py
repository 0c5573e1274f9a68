"""Conjugation, verb by verb: what a person who writes the verb expects to be found."""

from __future__ import annotations

import pytest

from watcher.arabic import Terms

FORMS = {
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
OTHERS = {
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


@pytest.mark.parametrize(("verb", "printed"), FORMS.items())
def test_forms_of_a_verb_are_found(verb: str, printed: str) -> None:
    terms = Terms([verb])
    assert [form for form in printed.split() if not terms.scan(f"قيل {form} هنا")] == []


@pytest.mark.parametrize(("verb", "printed"), OTHERS.items())
def test_forms_of_other_verbs_are_not(verb: str, printed: str) -> None:
    terms = Terms([verb])
    assert [form for form in printed.split() if terms.scan(f"قيل {form} هنا")] == []
