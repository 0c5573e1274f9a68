"""What rules would have alerted on: one alert a story, by day, old articles apart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from watcher.backtest import Backtest, Comparison, Outcome, Settings, Stories
from watcher.config import load_document
from watcher.document import Mapping
from watcher.match import Rules, read_rules
from watcher.model import Article
from watcher.record import Archived

DAY = datetime(2024, 5, 1, 9, 0, tzinfo=UTC)
SETTINGS = Settings(max_age_s=48 * 3600, zone=UTC, now=DAY)
LONG = " ".join(f"كلمة{chr(0x0627 + number)}" for number in range(40))


def rules(**conditions: str) -> Rules:
    listed = ", ".join(f"{{id: {name}, match: {what}}}" for name, what in conditions.items())
    document, _ = load_document("x.yaml", f"rules: [{listed}]")
    assert isinstance(document, Mapping)
    return read_rules([document])[0]


def archived(number: int, title: str, *, day: int = 0, text: str = "", **more: object) -> Archived:
    seen = DAY + timedelta(days=day)
    given: dict[str, object] = {"story_id": number, "seen": seen} | more
    article = Article(f"https://nahr.example/{number}", title, text, published=seen)
    return Archived(number, source_name="النهر", article=article, **given)  # type: ignore[arg-type]


def outcome(*articles: Archived, condition: str = "جسر", settings: Settings = SETTINGS) -> Outcome:
    test, stories = Backtest(rules(x=condition), settings), Stories()
    for one in articles:
        test.look(one, stories)
    return test.outcomes()[0]


def test_a_story_alerts_once() -> None:
    found = outcome(
        archived(1, "افتتاح جسر"), archived(2, "الجسر مفتوح", story_id=1), archived(3, "سوق")
    )
    assert (found.stories, found.articles) == (1, 2)
    assert [alert.title for alert in found.samples] == ["افتتاح جسر"]


def test_what_is_not_played_through_is_said() -> None:
    document, _ = load_document(
        "x.yaml", "rules: [{id: x, match: جسر, when: {quiet_for: 24h}}, {id: y, match: جسر}]"
    )
    assert isinstance(document, Mapping)
    waits, plain = Backtest(read_rules([document])[0], SETTINGS).outcomes()

    assert "`when`" in waits.remark
    assert plain.remark == ""


def test_days_without_alerts_are_shown() -> None:
    found = outcome(archived(1, "جسر"), archived(2, "جسر"), archived(3, "جسر", story_id=1, day=3))
    days = [(bar.begins, bar.stories, bar.articles) for bar in found.bars]
    assert days[0] == (date(2024, 5, 1), 2, 2)
    assert [numbers for _, *numbers in days[1:]] == [[0, 0], [0, 0], [0, 1]]


def test_many_days_are_told_by_the_week() -> None:
    found = outcome(*(archived(number, "جسر", day=number) for number in range(60)))
    assert [bar.stories for bar in found.bars] == [7] * 8 + [4]
    assert found.bars[1].begins == date(2024, 5, 8)


def test_what_was_too_old_to_alert_on() -> None:
    late = archived(1, "جسر", seen=DAY + timedelta(days=3))
    found = outcome(late, archived(2, "جسر"))
    assert (found.stories, found.articles, found.held_back) == (1, 1, 1)


def test_the_newest_alerts_are_samples() -> None:
    settings = Settings(48 * 3600, UTC, DAY, samples=2)
    found = outcome(*(archived(n, f"جسر {n}") for n in range(5)), settings=settings)
    assert [alert.title for alert in found.samples] == ["جسر 3", "جسر 4"]
    assert found.samples[0].title_hits == ((0, 3),)


def test_articles_of_other_archives_have_no_stories_and_dates() -> None:
    copies = [archived(number, "جسر", text=LONG, story_id=None, seen=None) for number in (1, 2)]
    other = archived(3, "جسر آخر", text="خبر قصير", story_id=None, seen=None)
    found = outcome(*copies, other)
    assert (found.stories, found.articles, found.bars) == (2, 3, ())


def test_what_only_one_version_catches() -> None:
    versions = Comparison(rules(x="{any: [جسر, نهر]}"), rules(x="{any: [جسر, سد]}"), SETTINGS)
    stories = Stories()
    for number, title in enumerate(("جسر", "نهر", "سد", "السد", "سوق")):
        versions.look(archived(number, title), stories)
    difference = versions.differences["x"]
    assert (difference.only_old, difference.only_new) == (1, 2)
    assert [alert.title for alert in difference.samples_old] == ["نهر"]
    assert [alert.title for alert in difference.samples_new] == ["سد", "السد"]


def test_a_rule_that_only_one_version_has() -> None:
    versions = Comparison(rules(x="جسر"), rules(y="جسر"), SETTINGS)
    versions.look(archived(1, "جسر"), Stories())
    assert versions.differences["x"].only_old == 1
    assert versions.differences["y"].only_new == 1
