"""How articles and their differences look in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from watcher.cli.show import out, times_of
from watcher.model import Article
from watcher.notify.bidi import clean, isolate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.record import Archived, History, Superseded
    from watcher.reread import Reread
    from watcher.story import Difference

_AROUND = 60
"""Code points of what was kept that are shown around a difference."""


def show_line(one: Archived) -> None:
    """Print an article in one line."""
    seen = f"{one.seen:%Y-%m-%d %H:%M}" if one.seen else ""
    head = (f"{one.id:>8}", "bold"), f"  {seen}  {isolate(one.source_name)}  "
    out.print(Text.assemble(*head, isolate(one.article.title)), soft_wrap=True)


def show_history(found: History) -> None:
    """Print an article with all that is on record of it."""
    one, article = found.one, found.one.article
    out.print(Text(isolate(article.title), "bold"), soft_wrap=True)
    how = f"{article.quality:.2f} {'; '.join(article.quality_why)}".rstrip()
    told = {
        "number": f"{one.id}, story {one.story_id}, {found.relation}",
        "source": isolate(one.source_name),
        "url": article.url,
        "published": times_of(article),
        "seen": str(one.seen),
        "quality": how,
    }
    for name, value in told.items():
        out.print(Text.assemble((f"{name:>10}  ", "cyan"), value), soft_wrap=True)
    for match in found.matches:
        terms = isolate("، ".join(match.terms))
        held = f"  told nobody: {match.held_back}" if match.held_back else ""
        line = f"{match.rule} in {match.found_in}: {terms}{held}"
        out.print(Text.assemble(("   matched  ", "cyan"), line), soft_wrap=True)
    for line in article.text.split("\n"):
        out.print(Text(isolate(line)), soft_wrap=True)
    for removed in found.removed:
        out.print(Text(f"  removed, {removed.why}: {isolate(removed.line)}", "dim"), soft_wrap=True)
    _show_revisions(found.superseded, article)


def _show_revisions(superseded: Sequence[Superseded], article: Article) -> None:
    texts = [*(one.text for one in superseded[1:]), article.text]
    for one, after in zip(superseded, texts, strict=True):
        out.print(f"\n[bold]changed {one.superseded:%Y-%m-%d %H:%M}[/]  {one.why}")
        show_differences(one.text, after, one.differences)


def show_reread(told: Reread, *, is_recorded: bool) -> None:
    """Print what comes out otherwise when evidence is read again."""
    out.print(Text(told.kept.evidence.entry.url, "bold cyan"), soft_wrap=True)
    if not isinstance(told.after, Article):
        out.print(Text(f"  refused now: {told.after.why}; the article stays on record", "red"))
    elif told.before is None:
        out.print(Text(f"  read now, refused before: {isolate(told.after.title)}", "green"))
    else:
        old = told.before.one.article
        show_differences(old.title, told.after.title, told.in_title)
        show_differences(old.text, told.after.text, told.in_text)
    for rules, what, color in ((told.gained, "matches now", "green"), (told.lost, "lost", "red")):
        if rules:
            out.print(Text(f"  {what}: {', '.join(rules)}", color))
    if is_recorded:
        out.print("  recorded")


def show_differences(old: str, new: str, changes: Sequence[Difference]) -> None:
    """Print each difference on a line, removed words red, inserted ones green, with some around."""
    for change in changes:
        before = old[max(0, change.old_start - _AROUND) : change.old_start]
        after = old[change.old_end : change.old_end + _AROUND]
        line = Text("  \N{FIRST STRONG ISOLATE}")
        line.append(_flat(before).strip())
        is_plain = out.color_system is None
        if removed := _flat(old[change.old_start : change.old_end]):
            line.append(f" [-{removed}-]" if is_plain else f" {removed}", "red strike")
        if inserted := _flat(new[change.new_start : change.new_end]):
            line.append(f" {{+{inserted}+}}" if is_plain else f" {inserted}", "green")
        line.append(_flat(after).rstrip())
        line.append("\N{POP DIRECTIONAL ISOLATE}")
        out.print(line, soft_wrap=True)


def _flat(text: str) -> str:
    return clean(text.replace("\n", " "))
