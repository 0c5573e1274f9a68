"""Same story or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Article, Neighbor
from watcher.story import fingerprint, relate

LEAD = "أعلنت وزارة النقل افتتاح محطة القطارات الجديدة في مدينة الحلة بعد أعمال استمرت ثلاث سنوات وكلفت أربعين مليار دينار"
SECOND = "وقال الوزير خلال الحفل إن المحطة ستستقبل سبعة قطارات يوميا وتربط المدينة بالعاصمة وبالموانئ الجنوبية عبر خط مزدوج"
THIRD = "وأضاف أن الوزارة تعتزم شراء عربات حديثة من الخارج وتدريب مئة سائق قبل نهاية العام المقبل ضمن خطة التطوير الشاملة"
OTHER = "فاز فريق المدينة على ضيفه بهدفين دون مقابل في مباراة أقيمت مساء السبت ضمن الجولة العاشرة من دوري المحافظات وسط حضور جماهيري كبير"


def article(text: str, url: str = "https://a.example/1") -> Article:
    return Article(url=url, title="", text=text)


def neighbor(text: str, url: str = "https://b.example/9") -> Neighbor:
    return Neighbor(article_id=7, story_id=3, fingerprint=fingerprint(article(text, url)))


@pytest.mark.parametrize(
    ("text", "on_record", "kind"),
    [
        pytest.param(f"{LEAD}\n{SECOND}", f"{LEAD}\n{SECOND}", "copy", id="verbatim"),
        pytest.param(
            f"{LEAD}\n{SECOND}", f"{LEAD}\n{SECOND}".replace("أ", "ا"), "copy", id="other spelling"
        ),
        pytest.param(
            f"{LEAD}\n{SECOND}", f"{LEAD}\n{SECOND}\n{THIRD}\n{OTHER}", "copy", id="cut to half"
        ),
        pytest.param(
            f"{LEAD}\n{SECOND}\n{THIRD}", f"{LEAD}\n{SECOND}", "copy", id="a paragraph more"
        ),
        pytest.param(OTHER, f"{LEAD}\n{SECOND}", "new", id="another subject"),
        pytest.param("خبر عاجل", "خبر قديم", "new", id="too short to compare"),
    ],
)
def test_texts(text: str, on_record: str, kind: str) -> None:
    """A copy is found however it was cut; another event is a new story."""
    relation = relate(fingerprint(article(text)), [neighbor(on_record)])

    assert kind == relation.kind
    assert (3 if kind == "copy" else None) == relation.story_id


def test_a_title_of_odd_characters_has_a_fingerprint() -> None:
    """A lone surrogate, as JSON can spell it, where there are no words to hash."""
    assert fingerprint(Article("https://a.example/1", "\ud800", "")).size == 0


def test_same_address_is_a_revision() -> None:
    """What stands at the same address is the same article, however much was rewritten."""
    relation = relate(
        fingerprint(article(LEAD, "https://a.example/1")), [neighbor(OTHER, "https://a.example/1")]
    )

    assert relation.kind == "revision"


def test_copies_share_index_keys() -> None:
    """A copy cut to a third is still looked up: enough index keys are shared."""
    whole = fingerprint(article(f"{LEAD}\n{SECOND}\n{THIRD}"))
    cut = fingerprint(article(LEAD))

    assert set(whole.keys) & set(cut.keys)


@given(st.text(), st.text())
def test_verdict_does_not_depend_on_order(one: str, other: str) -> None:
    """A is a copy of B exactly when B is a copy of A."""
    there = relate(fingerprint(article(one)), [neighbor(other)])
    back = relate(fingerprint(article(other)), [neighbor(one)])

    assert there.kind == back.kind
