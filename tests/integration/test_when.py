"""Rules that wait, and what becomes of stories without any article, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.day import Day, day
from tests.fakes.event import DAY
from watcher.model import Account, Entry, When
from watcher.record.accounts import of_one_clock
from watcher.record.moved import Step
from watcher.updates import caught_up_from, is_caught_up

if TYPE_CHECKING:
    from tests.fakes.site import Site

HOUR = timedelta(hours=1)
TWO = When("stories", 6 * 3600.0, 2)
RULE = """
topic: طاقة
rules:
  - {{id: fires, title: حرائق المصافي, match: مصفاة, when: {0}}}
"""
REPORTS = [
    ("حريق في مصفاة الزهراء", "التهمت النيران خزانا للبنزين في مصفاة الزهراء ظهر السبت بعد شرارة من مضخة قديمة، وأخمدها عمال المناوبة قبل وصول الإطفاء."),
    ("دخان كثيف فوق مصفاة الواحة", "أخلت سلطات الواحة مدرستين مجاورتين إثر تسرب غاز اشتعل عند بوابة مصفاة الواحة، وقال طبيب إن خمسة تلاميذ عولجوا من الاختناق."),
    ("توقف وحدة تكرير بعد اشتعالها", "أعلنت شركة النهروان للطاقة توقف وحدة تكرير كاملة في مصفاة النهروان لأسبوعين، لأن صماما معطوبا اشتعل أثناء الصيانة الليلية."),
    ("صاعقة تصيب خزان وقود", "ضربت صاعقة رعدية خزان وقود يتبع مصفاة الكرمة خلال عاصفة شتوية نادرة، ورصدت الأرصاد أكثر من مئة صاعقة في ساعة."),
    ("حادث صهريج أمام المصفاة", "انقلب صهريج محمل بالنفتا على مدخل مصفاة القصبة واحترق سائقه الذي كان يقود منذ الفجر، وفق شرطة المرور."),
    ("غضب أهالي التلول من الأدخنة", "تظاهر أهالي التلول أمام مصفاة التلول مطالبين بتعويضات عن محاصيل الزيتون التي غطاها السخام بعد لهب الشعلة الأخير."),
    ("تأمين ضخم بعد كارثة الرابية", "قدرت شركات التأمين خسائر مصفاة الرابية بأربعين مليونا عقب كارثة التهمت مستودع الزيوت، وتراجع سهم مالكتها في البورصة."),
]  # fmt: skip
"""Stories that have nothing in common but the word."""


async def publish(today: Day, hours: float, outlet: str, place: int, credit: str = "") -> None:
    today.now = DAY + hours * HOUR
    title, text = REPORTS[place]
    body = f"<p>{credit}{text}</p>"
    url = f"https://{outlet}.example/{place}-{hours}"
    entry = Entry(url, url, title, published=today.now, body_html=body, is_whole=True)
    await today.take_up(outlet, entry)


def heard(today: Day, target: str = "desk") -> list[tuple[float, str]]:
    return [((at - DAY) / HOUR, kind) for at, kind in today.heard.get(target, [])]


async def test_a_burst_is_told_once_until_it_has_subsided(database_url: str, site: Site) -> None:
    async with day(database_url, site, RULE.format("{stories: 3, within: 6h}")) as today:
        await publish(today, 1, "nahr", 0)
        await publish(today, 1.5, "mina", 0)  # a copy is no second story
        await publish(today, 2, "mina", 1)
        await publish(today, 3, "jabal", 2)
        await publish(today, 4, "nahr", 3)
        for hours, place in ((20, 4), (21, 5), (22, 6)):
            await publish(today, hours, "sahil", place)

    assert heard(today) == heard(today, "office") == [(3, "burst"), (22, "burst")]
    first = today.notices[0].alert
    assert first.update is not None
    assert (first.update.count, first.update.within_s) == (3, 6 * 3600.0)
    assert [one.outlet for one in first.reports] == ["صحيفة النهر", "موقع الميناء"]
    assert first.topic == "طاقة"


async def test_a_story_waits_for_independent_outlets(database_url: str, site: Site) -> None:
    """Copies and the same owner do not count, nor what comes too late."""
    async with day(database_url, site, RULE.format("{outlets: 2, within: 12h}")) as today:
        await publish(today, 1, "nahr", 0, "الزهراء (رويترز) - ")
        await publish(today, 2, "nahr-local", 0)
        await publish(today, 3, "mina", 0, "الزهراء (رويترز) - ")

    assert heard(today) == []


@pytest.mark.parametrize("caught_up", [True, False])
async def test_silence_is_told_once_and_ends_with_a_match(
    database_url: str, site: Site, caught_up: bool
) -> None:
    async with day(database_url, site, RULE.format("{quiet_for: 24h}")) as today:

        async def tick(hours: float) -> None:
            today.now = DAY + hours * HOUR
            if is_caught_up(DAY if caught_up else today.now, today.now):
                await today.pipeline.updates.tell_of_silence(today.pipeline.rules.rules)
            await today.deliver()

        await tick(30)  # nothing has ever matched
        await publish(today, 31, "nahr", 0)
        for hours in (32, 54.9, 55, 56, 90):
            await tick(hours)
        await publish(today, 91, "nahr", 1)
        for hours in (92, 116):
            await tick(hours)

    assert heard(today) == ([(55, "quiet"), (116, "quiet")] if caught_up else [])
    if caught_up:
        update = today.notices[0].alert.update
        assert update is not None
        assert update.within_s == 24 * 3600.0


async def put_clock(today: Day, hours: float) -> None:
    """Put the clock forward or back, as the daemon takes it up."""
    await today.pipeline.record.upkeep.clock_moved(hours * HOUR, today.now)
    today.now += hours * HOUR


@pytest.mark.parametrize("off", [30, -30, -3])
async def test_silence_counts_from_when_the_clock_was_put(
    database_url: str, site: Site, off: float
) -> None:
    async with day(database_url, site, RULE.format("{quiet_for: 6h}")) as today:
        await publish(today, 1, "nahr", 0)
        today.now = DAY + 2 * HOUR
        await put_clock(today, off)
        for hours in (2.1, 7.9, 8, 9, 20):
            await tell_of_silence(today, hours + off)
        await publish(today, 21 + off, "nahr", 1)
        for hours in (26.9, 27, 40):
            await tell_of_silence(today, hours + off)

    assert heard(today) == [(8 + off, "quiet"), (27 + off, "quiet")]
    update = today.notices[0].alert.update
    assert update is not None
    assert update.within_s == 6 * 3600.0


@pytest.mark.parametrize("off", [30, -30])
async def test_what_was_under_way_when_the_clock_was_put_is_of_the_old_one(
    database_url: str, site: Site, off: float
) -> None:
    """It comes on record behind the step, with an instant from before."""
    async with day(database_url, site, RULE.format("{quiet_for: 6h}")) as today:
        await publish(today, 1, "nahr", 0)
        today.now = DAY + 2 * HOUR
        await put_clock(today, off)
        await publish(today, 2, "mina", 1)
        await today.pipeline.record.upkeep.note_step(DAY + (2 + off) * HOUR)
        for hours in (2.1, 7.9, 8, 9):
            await tell_of_silence(today, hours + off)

    assert heard(today) == [(8 + off, "quiet")]


@pytest.mark.parametrize("off", [30, -30, -3, -1])
async def test_a_burst_counts_from_when_the_clock_was_put(
    database_url: str, site: Site, off: float
) -> None:
    """Neither what only seems to be of the same hours counts, nor that a burst was told before."""
    async with day(database_url, site, RULE.format("{stories: 2, within: 6h}")) as today:
        await publish(today, 1, "nahr", 0)
        await publish(today, 1.5, "mina", 1)
        today.now = DAY + 2 * HOUR
        await put_clock(today, off)
        await publish(today, 2.25 + off, "jabal", 2)
        await publish(today, 2.5 + off, "nahr", 3)
        counted = await today.pipeline.record.archive.counted(4, "fires", TWO)
        before = await today.pipeline.record.archive.counted(2, "fires", TWO)

    assert heard(today) == [(1.5, "burst"), (2.5 + off, "burst")]
    told = [notice.alert.update.count for notice in today.notices if notice.alert.update]
    assert set(told) == {2}
    assert counted == before == 2


def test_outlets_count_from_when_the_clock_was_put() -> None:
    line = [Account(number, "nahr", DAY, ()) for number in (1, 2, 3)]
    step = Step(DAY, articles=1)

    assert of_one_clock(line, 3, step) == line[1:]
    assert of_one_clock(line, 1, step) == line[:1]
    assert of_one_clock(line, 1, Step()) == line


async def tell_of_silence(today: Day, hours: float) -> None:
    today.now = DAY + hours * HOUR
    await today.pipeline.updates.tell_of_silence(today.pipeline.rules.rules)
    await today.deliver()


async def test_an_article_that_is_read_again_ends_no_silence(database_url: str, site: Site) -> None:
    async with day(database_url, site, RULE.format("{quiet_for: 6h}")) as today:
        await publish(today, 0, "nahr", 0)
        await tell_of_silence(today, 7)
        today.now = DAY + 8 * HOUR
        title, text = REPORTS[0]
        url = "https://nahr.example/0-0"
        entry = Entry(
            url, url, title, published=DAY, body_html=f"<p>{text} تصوير فلان.</p>", is_whole=True
        )
        await today.take_up("nahr", entry)
        history = await today.pipeline.record.archive.history(url)
        await tell_of_silence(today, 15)

    assert history is not None
    assert len(history.superseded) == 1
    assert heard(today) == [(7, "quiet")]


async def test_while_most_sources_fail_silence_is_not_judged(database_url: str, site: Site) -> None:
    async with day(database_url, site, RULE.format("{quiet_for: 6h}")) as today:
        await publish(today, 0, "nahr", 0)
        record, sources = today.pipeline.record, list(today.pipeline.sources)
        for failures, names in ((2, sources), (0, sources[len(sources) // 2 :])):
            for name in names:
                state = replace(await record.state(name), failures=failures)
                await record.polled(state, [], today.now)
            await tell_of_silence(today, 7 if failures else 8)

    assert heard(today) == [(8, "quiet")]


def test_after_the_machine_slept_silence_is_judged_as_after_a_start() -> None:
    """It slept from the 90th minute to the 500th."""
    began, last, judged = DAY, None, []
    for minute in (*range(90), *range(500, 600)):
        now = DAY + minute * HOUR / 60
        began, last = caught_up_from(began, last, now), now
        if is_caught_up(began, now):
            judged.append(minute)
    assert judged == [*range(60, 90), *range(560, 600)]


async def test_a_story_that_did_not_grow_is_not_closed(database_url: str, site: Site) -> None:
    rules = "rules: [{id: fires, match: مصفاة}]"
    async with day(database_url, site, rules) as today:
        await publish(today, 1, "nahr", 0)
        await publish(today, 2, "nahr", 1)
        await publish(today, 3, "mina", 1)
        for hours in (24.9, 25, 26.9, 27, 60):
            today.now = DAY + hours * HOUR
            await today.pipeline.updates.close_stories()
            await today.deliver()

    assert heard(today) == [(1, "first"), (2, "first"), (27, "closing")]
    assert heard(today, "office") == [(1, "first"), (2, "first")]
    closing = today.notices[-1].alert
    assert [one.outlet for one in closing.reports] == ["موقع الميناء"]
