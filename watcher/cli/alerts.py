"""`watcher alerts …` and `watcher route test`: what people were told, and what they answer."""

from __future__ import annotations

import asyncio
import getpass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer

from watcher.cli import app
from watcher.cli.backtest import AsJson, Since, instant
from watcher.cli.reading import AllowNetwork, PageFormat, PageUrl  # noqa: TC001 - typer reads annotations while it runs
from watcher.cli.running import DEFAULT_CONFIG, ConfigFile
from watcher.cli.show import as_json as json_of
from watcher.cli.show import out
from watcher.errors import WatcherError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from watcher.config import Config
    from watcher.match import Rule
    from watcher.model import Silence
    from watcher.record import Told

alerts_app = typer.Typer(help="Look at what people were told, and answer it.", no_args_is_help=True)
app.add_typer(alerts_app, name="alerts")
route_app = typer.Typer(help="Say who would be told what, and when.", no_args_is_help=True)
app.add_typer(route_app, name="route")

Status = Literal["waiting", "sent", "dead", "collected", "bundled", "silenced"]
Number = Annotated[int, typer.Argument(metavar="ID", help="As `list` prints it.")]
By = Annotated[str | None, typer.Option(help="Whose name is kept; default the user's.")]


@alerts_app.command("list")
def list_alerts(  # noqa: PLR0913, PLR0917 - one for each option
    since: Since = "1d",
    status: Annotated[Status | None, typer.Option(help="Only those in this state.")] = None,
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
    target: Annotated[str, typer.Option(help="Only for this target.")] = "",
    story: Annotated[int | None, typer.Option(help="Only of this story.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Notices to show, the newest.")] = 50,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """List what people were told lately or will be, the newest last."""
    from watcher.cli.alerts_view import show_alerts
    from watcher.clock import utc_now

    found = asyncio.run(_listed(config, instant(since), status or "", rule, target, story, limit))
    if as_json:
        typer.echo(json_of({"alerts": _as_data(found)}))
    else:
        show_alerts(found, utc_now())


@alerts_app.command("show")
def show_alert(which: Number, config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Show a notice: what it says, each attempt to send it, the answers, how long it took."""
    from watcher.cli import alerts_view
    from watcher.clock import utc_now

    told, zone = asyncio.run(_shown(config, which))
    if as_json:
        typer.echo(json_of(alerts_view.as_data(told)))
    else:
        alerts_view.show_alert(told, utc_now(), zone)


@alerts_app.command("ack")
def acknowledge(
    which: Number,
    note: Annotated[str, typer.Option(help="What others should know.")] = "",
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Say that somebody sees to a notice: it is not escalated, nor is its story by this rule."""
    answer = asyncio.run(_acknowledge(config, which, by or _user(), note))
    out.print("acknowledged" if answer == "done" else "it was acknowledged before")


@alerts_app.command("resend")
def resend(which: Number, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Send a notice once more, now: quiet hours, digests and brakes do not hold it."""
    [(_, number)] = asyncio.run(_resend(config, [which]))
    out.print(f"queued as {number}; the daemon sends it")


@alerts_app.command("dead")
def dead_letters(
    since: Since = "30d",
    again: Annotated[
        bool, typer.Option("--resend", help="Queue once more those that were not yet.")
    ] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """List what could not be delivered, with the reasons."""
    from watcher.cli.alerts_view import show_alerts
    from watcher.clock import utc_now

    found = asyncio.run(_listed(config, instant(since), "dead", "", "", None, 1000))
    if as_json:
        typer.echo(json_of({"alerts": _as_data(found)}))
    else:
        show_alerts(found, utc_now(), "never delivered")
    if again:
        left = [told.id for told in reversed(found) if told.bundled_in is None]
        queued = asyncio.run(_resend(config, left))
        for old, new in queued:
            out.print(f"{old} queued as {new}")


@alerts_app.command("silence")
def silence(  # noqa: PLR0913, PLR0917 - one for each option
    length: Annotated[str, typer.Option("--for", help="How long: 90m, 6h, 2d.")],
    why: Annotated[str, typer.Option(help="The reason, for those who wonder.")],
    rule: Annotated[str, typer.Option(help="What this rule finds.")] = "",
    target: Annotated[str, typer.Option(help="What this target is told.")] = "",
    story: Annotated[int | None, typer.Option(help="What is told of this story.")] = None,
    by: By = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Tell nobody for a while, not even what is critical; what is held back stays on record."""
    from watcher.clock import utc_now
    from watcher.config.values import BadValueError, duration
    from watcher.model import Silence

    if not (rule or target or story is not None):
        raise typer.BadParameter("say what is silenced: --rule, --target or --story")
    if not why.strip():
        raise typer.BadParameter("give a reason: --why")
    try:
        lasts = timedelta(seconds=duration(length))
    except BadValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    if not timedelta() < lasts <= timedelta(days=366):
        raise typer.BadParameter("a silence lasts up to a year")
    now, author = utc_now(), by or _user()
    wanted = Silence(0, rule, target, story, now, now + lasts, author, why.strip())
    kept, zone = asyncio.run(_silence(config, wanted))
    out.print(f"silence {kept.id} until {kept.ends.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}")


@alerts_app.command("silences")
def silences(
    end: Annotated[int | None, typer.Option(metavar="ID", help="End this one now.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """List what is silenced, until when, by whom and why; or end a silence."""
    import dataclasses

    from watcher.cli.alerts_view import show_silences
    from watcher.clock import utc_now

    if end is not None:
        asyncio.run(_end_silence(config, end))
        out.print(f"silence {end} is over")
        return
    found = asyncio.run(_silences(config, every=every))
    if as_json:
        typer.echo(json_of({"silences": [dataclasses.asdict(one) for one in found]}))
    else:
        show_silences(found, utc_now())


@route_app.command("test")
def route_test(  # noqa: PLR0913, PLR0917 - one for each option
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE|URL|ID|-",
            help="A page, an article as one JSON object, an address, or the number of an article "
            "on record.",
        ),
    ] = None,
    rule: Annotated[str, typer.Option(help="Instead of an article: any match of this rule.")] = "",
    source: Annotated[str | None, typer.Option(help="The id of the source it comes from.")] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
    url: PageUrl = "",
    form: PageFormat = "auto",
    allow: AllowNetwork = None,
) -> None:
    """Say who would be told what and when, were it reported now; nothing is sent."""
    from watcher.app.files import load_rules
    from watcher.app.people import route_of_article, route_of_rule
    from watcher.cli.alerts_view import route_data, show_routes
    from watcher.cli.asked import asked_for
    from watcher.clock import utc_now
    from watcher.config import load_config

    if bool(what) == bool(rule):
        raise typer.BadParameter("give an article, or --rule")
    configured, now = load_config(config), utc_now()
    if source is not None:
        _check_source(configured, source)
    rules = load_rules(configured.rules)
    if what:
        asked = asked_for(what, config, configured, url, form, allow or [])
        article = asked.article if source is None else _of_source(asked.article, source)
        name, story = asked.source_name, asked.story_id
        found = asyncio.run(route_of_article(configured, rules, article, name, story, now))
    else:
        found = asyncio.run(route_of_rule(configured, _rule(rules.rules, rule), source, now))
    if as_json:
        typer.echo(json_of({"routes": [route_data(one) for one in found]}))
    elif found:
        show_routes(found, now)
    else:
        out.print("no rule matches: nobody would be told")


def _of_source(article: Any, source: str) -> Any:
    import dataclasses

    return dataclasses.replace(article, source=source)


def _check_source(config: Config, wanted: str) -> None:
    from watcher.document import suggest

    known = {source.id for source in config.sources}
    if wanted not in known:
        raise WatcherError(f"there is no source '{wanted}'. {suggest(wanted, known)}")


def _rule(rules: Iterable[Rule], wanted: str) -> Rule:
    from watcher.document import suggest

    known = {rule.id: rule for rule in rules}
    if wanted not in known:
        raise WatcherError(f"there is no rule '{wanted}'. {suggest(wanted, known)}")
    return known[wanted]


async def _listed(  # noqa: PLR0913, PLR0917 - one for each option
    config_file: Path,
    since: datetime | None,
    status: str,
    rule: str,
    target: str,
    story: int | None,
    limit: int,
) -> list[Told]:
    from watcher.app.record import open_people

    async with open_people(config_file) as (_, people):
        return await people.alerts(
            since, status=status, rule=rule, target=target, story=story, limit=limit
        )


async def _shown(config_file: Path, which: int) -> tuple[Told, str]:
    from watcher.app.record import open_people

    async with open_people(config_file) as (config, people):
        told = await people.alert(which)
    if told is None:
        raise _unknown(which)
    zones = {target.name: target.zone for target in config.targets}
    return told, zones.get(told.target, config.timezone)


async def _acknowledge(config_file: Path, which: int, author: str, note: str) -> str:
    from watcher.app.record import open_people
    from watcher.clock import utc_now

    async with open_people(config_file) as (_, people):
        answer = await people.acknowledge(which, author, note, utc_now())
    if answer == "unknown":
        raise _unknown(which)
    return answer


async def _resend(config_file: Path, which: list[int]) -> list[tuple[int, int]]:
    from watcher.app.record import open_people
    from watcher.clock import utc_now

    queued: list[tuple[int, int]] = []
    async with open_people(config_file) as (_, people):
        for old in which:
            new = await people.resend(old, utc_now())
            if new is None:
                raise _unknown(old)
            queued.append((old, new))
    return queued


async def _silence(config_file: Path, wanted: Silence) -> tuple[Silence, str]:
    from watcher.app.record import open_people

    async with open_people(config_file) as (config, people):
        _check_names(config, wanted)
        kept = await people.silence(wanted)
    if kept is None:
        raise WatcherError(
            f"there is no story {wanted.story_id}. `watcher alerts show ID` names it."
        )
    return kept, config.timezone


def _check_names(config: Config, wanted: Silence) -> None:
    """A silence of a mistyped name would silence nothing, and nobody would notice."""
    from watcher.app.files import load_rules
    from watcher.document import suggest

    targets = [target.name for target in config.targets]
    if wanted.target and wanted.target not in targets:
        raise WatcherError(
            f"there is no target '{wanted.target}'. {suggest(wanted.target, targets)}"
        )
    if wanted.rule:
        _rule(load_rules(config.rules).rules, wanted.rule)


async def _silences(config_file: Path, *, every: bool) -> list[Silence]:
    from watcher.app.record import open_people
    from watcher.clock import utc_now

    async with open_people(config_file) as (_, people):
        now = utc_now()
        return await people.silences(now - timedelta(days=3660) if every else now)


async def _end_silence(config_file: Path, number: int) -> None:
    from watcher.app.record import open_people
    from watcher.clock import utc_now

    async with open_people(config_file) as (_, people):
        answer = await people.end_silence(number, utc_now())
    if answer != "done":
        why = "has ended already" if answer == "before" else "does not exist"
        raise WatcherError(f"silence {number} {why}. `watcher alerts silences --all` lists them.")


def _unknown(which: int) -> WatcherError:
    return WatcherError(f"there is no notice {which} on record. `watcher alerts list` has them.")


def _as_data(found: list[Told]) -> list[dict[str, Any]]:
    from watcher.cli.alerts_view import as_data

    return [as_data(told) for told in found]


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in a container
        return "unknown"
