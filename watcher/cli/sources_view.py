"""How previews and checks of sources look. No frames around Arabic: terminals tear them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from watcher.cli.show import err, out
from watcher.model import Article
from watcher.notify.bidi import flat, paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from watcher.model import Entry, NotAnArticle, Polled, Source
    from watcher.opml import Skipped
    from watcher.preview import Offer, Preview

_SHOWN = 5
_LINES = 3
_LINE_CHARS = 300


def show_preview(found: Preview) -> None:
    """Print the offers with their first entries, the first article of the best, and its YAML."""
    from watcher.config.write import as_yaml

    if found.failure:
        err.print(Text(found.failure, "red"))
    for offer in found.offers:
        _show_offer(offer)
    if found.article is not None:
        out.print(Text("the first article of the first of these, as it would be recorded", "bold"))
        _show_article(found.article)
    if found.source is not None:
        out.print(Text("\nto watch it, paste this into the sources file:", "bold"))
        out.print(Text(as_yaml([found.source])), soft_wrap=True)


def _show_offer(offer: Offer) -> None:
    count = len(offer.parsed.entries)
    title = f" «{_flat(offer.parsed.title)}»" if offer.parsed.title else ""
    head = Text.assemble((offer.kind, "bold cyan"), f"  {offer.url}  {count} entries{title}")
    out.print(head, soft_wrap=True)
    for remark in offer.parsed.remarks:
        out.print(Text(f"  {remark}", "yellow"), soft_wrap=True)
    for entry in offer.parsed.entries[:_SHOWN]:
        out.print(Text(f"  {_date(entry)}  {_flat(entry.title) or '(title from the page)'}"))
        out.print(Text(f"      {entry.url}", "blue"), soft_wrap=True)
    out.print()


def _show_article(article: Article | NotAnArticle) -> None:
    if not isinstance(article, Article):
        out.print(Text.assemble(("  not an article: ", "red"), article.why), soft_wrap=True)
        return
    out.print(Text(f"  {_flat(article.title)}", "bold"))
    date = article.published.isoformat(" ", "minutes") if article.published else "no date"
    out.print(Text(f"  {date}", "dim"))
    for line in article.text.split("\n")[:_LINES]:
        out.print(Text(f"  {_flat(line[:_LINE_CHARS])}"))


def checked_row(source: Source, polled: Polled) -> tuple[tuple[Text, ...], bool]:
    """Give the row of a source that was polled, and whether all is well with it."""
    from watcher.paging import failure_of

    failure = failure_of(polled)
    entries = polled.parsed.entries if polled.parsed else ()
    dates = [entry.published for entry in entries if entry.published]
    remarks = failure or "; ".join(polled.parsed.remarks if polled.parsed else ())
    row = (
        Text(source.id, "red" if failure else "green"),
        Text(source.kind),
        Text(str(len(entries))),
        Text(max(dates).isoformat(" ", "minutes") if dates else ""),
        Text(remarks, "red" if failure else "yellow"),
    )
    return row, not failure


def show_skipped(skipped: Sequence[Skipped]) -> None:
    """Say what an import left out, on the error stream so that the YAML can be piped."""
    for one in skipped:
        err.print(Text(f"skipped «{_flat(one.title)}»: {one.why}", "yellow"), soft_wrap=True)


def entry_as_record(entry: Entry) -> dict[str, Any]:
    """Give an entry as the object that `--json` prints."""
    date = entry.published.isoformat() if entry.published else None
    return {"title": entry.title or None, "published": date, "url": entry.url}


def _date(entry: Entry) -> str:
    return entry.published.isoformat(" ", "minutes") if entry.published else "no date         "


def _flat(text: str) -> str:
    return flat(paragraph(text)) if text else ""
