"""What messages say: numbers in good grammar, what became of a story, what a digest holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.fakes.notices import SEEN, alert, notice
from watcher.model import Digest, FigureChange, Links, Report, Severity, Update
from watcher.notify import message_of
from watcher.notify.bidi import flat
from watcher.notify.changes import changed_words
from watcher.notify.counting import HOUR, INDEPENDENT_OUTLET, STORY, counted
from watcher.notify.updates import quotes_of
from watcher.notify.wording import length

AL_MINA = "\u2068Al-Mina\u2069"


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "0 خبر"),
        (1, "خبر واحد"),
        (2, "خبران"),
        (3, "3 أخبار"),
        (10, "10 أخبار"),
        (11, "11 خبراً"),
        (99, "99 خبراً"),
        (100, "100 خبر"),
        (102, "102 خبر"),
        (103, "103 أخبار"),
        (111, "111 خبراً"),
        (1000, "1000 خبر"),
    ],
)
def test_a_number_has_its_form_of_the_noun(count: int, expected: str) -> None:
    assert counted(count, STORY) == expected


def test_after_a_preposition_only_the_dual_changes() -> None:
    assert counted(2, HOUR, after=True) == "ساعتين"
    assert counted(3, HOUR, after=True) == counted(3, HOUR) == "3 ساعات"
    assert counted(11, INDEPENDENT_OUTLET) == "11 منبراً مستقلاً"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (20, "دقيقة واحدة"),
        (900, "15 دقيقة"),
        (3600, "ساعة واحدة"),
        (5400, "90 دقيقة"),
        (7200, "ساعتين"),
        (86_400, "يوم واحد"),
        (30 * 3600, "30 ساعة"),
        (7 * 86_400, "7 أيام"),
    ],
)
def test_a_length_of_time(seconds: float, expected: str) -> None:
    assert length(seconds) == expected


def report(outlet: str, **more: Any) -> Report:
    url = f"https://{len(outlet)}.example/"
    return replace(Report(outlet, "خبر", url, SEEN, SEEN, "same-event"), **more)


def news(update: Update, **more: Any) -> list[str]:
    message = message_of(alert(update=update, **more), zone="UTC")
    return [flat(line) for line in message.news]


@pytest.mark.parametrize(
    ("outlets", "expected"),
    [
        (("أ",), "أكده منبر مستقل آخر: أ"),
        (("أ", "ب"), "أكده منبران مستقلان آخران: أ، ب"),
        (("أ", "ب", "ج"), "أكدته منابر مستقلة أخرى: أ، ب، ج"),
        (tuple("أبجدهوزح"), "أكدته منابر مستقلة أخرى: أ، ب، ج، د، ه، و و2 غيرها"),
    ],
)
def test_outlets_that_corroborate_are_named(outlets: tuple[str, ...], expected: str) -> None:
    told = news(Update("corroborated", count=4), reports=tuple(map(report, outlets)))

    assert told == [expected, "المنابر المستقلة حتى الآن: 4"]


def test_the_outlet_whose_article_confirms_a_story_is_named() -> None:
    told = news(Update("confirmed", count=2), source="ب", reports=(report("أ"),))

    assert told == ["أكده منبر مستقل آخر: ب", "المنابر المستقلة حتى الآن: 2"]


def test_copies_and_the_source_itself_confirm_nothing() -> None:
    reports = (report("صحيفة الميناء (Al-Mina)"), report("ناسخة", relation="copy"))

    assert news(Update("corroborated", count=3, within_s=7200), reports=reports) == [
        "أكدته 3 منابر مستقلة خلال ساعتين"
    ]
    assert news(Update("corroborated", count=12)) == ["أكده 12 منبراً مستقلاً"]


def test_figures_are_runs_that_read_from_the_right() -> None:
    figures = (FigureChange("القتلى", "3", "7", "Meridian"), FigureChange("الجرحى", "", "12"))

    assert news(Update("figures", figures)) == [
        "تغيرت الحصيلة: \u2067القتلى 3 ← 7\u2069 (بحسب \u2068Meridian\u2069)",
        "\u2067الجرحى 12\u2069",
    ]


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        (Update("burst", count=12, within_s=3600), "12 خبراً عن هذا الموضوع خلال ساعة واحدة"),
        (Update("quiet", within_s=2 * 86_400), "لا أخبار عن هذا الموضوع منذ يومين"),
        (Update("escalated", within_s=900), "لم يؤكد أحد اطلاعه على هذا التنبيه خلال 15 دقيقة"),
        (Update("escalated"), "لم يؤكد أحد اطلاعه على هذا التنبيه"),
        (Update("deleted"), "حذف المصدر هذا المقطع"),
    ],
)
def test_other_news_is_one_line(update: Update, expected: str) -> None:
    assert news(update) == [expected]


def test_a_burst_names_its_other_stories_and_takes_them_for_no_reports_of_its_own() -> None:
    other = report("الميناء", title="حريق في الرصيف 9", url="https://c.example/9")
    burst = alert(update=Update("burst", count=4, within_s=3600), reports=(other,))
    message = message_of(burst, zone="UTC")

    assert [flat(line) for line in message.news] == [
        "4 أخبار عن هذا الموضوع خلال ساعة واحدة",
        "وأيضاً: حريق في الرصيف 9 (الميناء)",
        "ولم يُعرض هنا: خبران",
    ]
    assert "منابر أخرى" not in {fact.label for fact in message.facts}
    apart = (burst, replace(alert(), title=other.title, url=other.url))
    held = replace(notice(), alert=burst, digest=Digest("digest", SEEN, SEEN, apart))
    told = message_of(held, zone="UTC")
    assert [len(topic.stories) for topic in told.topics] == [2]


def test_what_is_escalated_says_what_it_was() -> None:
    burst = Update("burst", count=12, within_s=3600)
    told = "لم يؤكد أحد اطلاعه على هذا التنبيه"
    assert news(Update("escalated", earlier=burst)) == [told, *news(burst)]
    denied = Update("denied", before="انسحبت القوات", after="نفى المتحدث انسحاب القوات")
    assert quotes_of(Update("escalated", earlier=denied)) == quotes_of(denied) != ()


def test_a_closing_summary_has_first_and_last_report_and_the_figures() -> None:
    late = report("Meridian", published=SEEN + timedelta(hours=2))
    update = Update("closing", (FigureChange("القتلى", "3", "7"),), count=2, within_s=86_400)

    assert news(update, reports=(late,)) == [
        "لا جديد عن هذا الخبر منذ يوم واحد",
        f"أول تقرير: صحيفة الميناء ({AL_MINA})، السبت 4 مايو/أيار 2024، 08:41 (\u2068UTC\u2069)",
        "آخر تقرير: \u2068Meridian\u2069، السبت 4 مايو/أيار 2024، 11:00 (\u2068UTC\u2069)",
        f"تقريران من: صحيفة الميناء ({AL_MINA})، \u2068Meridian\u2069",
        "المنابر المستقلة حتى الآن: 2",
        "آخر الأرقام: \u2067القتلى 3 ← 7\u2069",
    ]


def test_what_changed_stands_in_place_of_the_passages() -> None:
    update = Update("corrected", before="قُتل 3 جنود، بحسب المصدر.", after="قُتل 7 جنود بحسب المصدر.")
    message = message_of(alert(update=update), zone="UTC")

    shown = [(quote.label, flat(quote.text, mark=("*", "*"))) for quote in message.quotes]
    assert shown == [
        ("كان", "قُتل *3* جنود، بحسب المصدر."),
        ("أصبح", "قُتل *7* جنود بحسب المصدر."),
    ]
    assert message.passages == ()


def test_in_a_denial_the_words_that_deny_are_marked() -> None:
    update = Update(
        "denied",
        before="انسحبت الوحدات.",
        after="ونفت الوزارة ذلك، وقالت إنه عارٍ عن الصحة ولا صحة له.",
    )
    (_, denial) = message_of(alert(update=update), zone="UTC").quotes

    marked = flat(denial.text, mark=("*", "*"))
    assert marked.startswith("*ونفت* الوزارة")
    assert "*ولا صحة*" in marked


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("أ ب ج", "أ ب ج", [], []),
        ("أ ب ج د", "أ ب هـ ج د", [], ["هـ"]),
        ("قال «نعم» أمس لهم", "قال نعم أمس لهم", [], []),
        ("كلام آخر تماما عن شيء", "لا علاقة له بهذا", [], []),
    ],
)
def test_changed_words(before: str, after: str, gone: list[str], new: list[str]) -> None:
    was, now = changed_words(before, after)

    assert [before[start:end] for start, end in was] == gone
    assert [after[start:end] for start, end in now] == new


@pytest.mark.parametrize(
    ("update", "head"),
    [
        (None, "مهم: "),
        (Update("denied"), "مهم · نفي: "),
        (Update("confirmed"), "مهم · تأكيد: "),
        (
            Update("figures", (FigureChange("القتلى", "3", "7"),)),
            "مهم · \u2067القتلى 3 ← 7\u2069: ",
        ),
    ],
)
def test_a_subject_begins_with_what_became_of_the_story(update: Update | None, head: str) -> None:
    subject = message_of(alert(update=update), zone="UTC").subject

    assert subject.startswith(f"{head}\u2068CNN\u2069: الوحدات الأجنبية")
    assert len(head) <= 25, "so that the headline is seen on a telephone"


def test_the_links_are_the_article_and_the_answers() -> None:
    links = Links("https://w.example/a/7", "javascript:alert(1)")
    message = message_of(notice(), zone="UTC", links=links)

    assert [link.label for link in message.links] == ["الخبر كاملاً", "اطّلعت على التنبيه"]


def digest(*alerts: Any, why: Any = "digest", more: int = 0) -> Any:
    held = Digest(why, SEEN - timedelta(hours=3), SEEN, alerts, more)
    return message_of(replace(notice(), alert=alerts[0], digest=held), zone="Asia/Baghdad")


def test_a_digest_is_grouped_by_topic_and_story() -> None:
    first = alert(topic="المعسكرات", severity=Severity.CRITICAL)
    denied = replace(first, update=Update("denied"), reports=(report("أ"),))
    copy = replace(first, url=report("أ").url, rule_title="قاعدة أخرى", title="نسخة")
    other = alert(topic="", rule_title="الطرق", url="https://roads.example/1", title="طريق")
    again = replace(other, url="https://roads.example/2", title="طريق آخر")

    message = digest(first, other, denied, copy, again)

    shown = [
        (
            topic.name.text,
            topic.count,
            [(s.told.title.text, [line.text for line in s.also]) for s in topic.stories],
        )
        for topic in message.topics
    ]
    assert shown == [
        (
            "المعسكرات",
            "خبر واحد",
            [(first.title, ["نفي: نُفي ما ورد في هذا الخبر", "القاعدة: قاعدة أخرى"])],
        ),
        ("الطرق", "خبران", [("طريق", []), ("طريق آخر", [])]),
    ]
    assert message.subject.startswith("حرج · موجز: 5 تنبيهات في موضوعين — ")
    assert message.severity is Severity.CRITICAL


def test_a_digest_says_its_time_and_what_it_leaves_out() -> None:
    message = digest(alert(), more=2)

    assert [flat(line) for line in message.news] == [
        "السبت 4 مايو/أيار 2024، من 09:00 إلى 12:00 (\u2068UTC+3\u2069)",
        "ولم يُعرض هنا: تنبيهان",
    ]


def test_a_report_that_links_two_stories_makes_them_one() -> None:
    one, two = alert(url="https://a.example/1"), alert(url="https://b.example/2")
    both = alert(
        url="https://c.example/3", reports=(report("أ", url=one.url), report("ب", url=two.url))
    )

    (topic,) = digest(one, two, both).topics

    assert len(topic.stories) == 1
    assert len(topic.stories[0].also) == 2


def test_a_storm_names_its_rule() -> None:
    message = digest(alert(), why="storm", more=39)

    assert flat(message.title) == (
        "تنبيهات كثيرة: 40 تنبيهاً، القاعدة «إخلاء معسكرات الوحدات الأجنبية»"
    )
    assert "أكثر مما تقبله" in flat(message.reason)
