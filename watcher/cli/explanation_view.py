"""An explanation in the terminal: a tree in color, the passages with their hits marked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text
from rich.tree import Tree

from watcher.cli.show import times_of
from watcher.notify.bidi import FIRST_STRONG_ISOLATE, POP_DIRECTIONAL_ISOLATE, isolate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from watcher.match import Explained, Explanation
    from watcher.model import Article, Passage

_HIT = "bold black on yellow"
_MAX_TITLE = 200


def show(found: Explanation, article: Article, console: Console) -> None:
    """Print the verdict, and below it what every part of the condition came to."""
    console.print(_head(found), soft_wrap=True)
    title = isolate(article.title[:_MAX_TITLE]) if article.title else "(no title)"
    console.print(Text(title, "bold"), soft_wrap=True)
    if article.published or article.updated:
        console.print(Text(times_of(article), "dim"), soft_wrap=True)
    for note in found.notes:
        console.print(Text(note, "yellow"), soft_wrap=True)
    view = _View(colored=console.color_system is not None)
    tree = Tree("", guide_style="dim", hide_root=True)
    view.grow(tree, found.tree)
    console.print(tree)


def _head(found: Explanation) -> Text:
    verdict = Text("does not match", "bold red")
    if found.holds:
        verdict = Text(f"matches, in the {found.where}", "bold green")
    mark = found.rule.mark
    place = (f"{mark.file}:{mark.line}", "dim")
    return Text.assemble((found.rule.id, "bold cyan"), " ", verdict, "  ", place)


@dataclass(frozen=True, slots=True)
class _View:
    """How one branch is told; what is excluded and found is bad news."""

    colored: bool
    excluded: bool = False
    shown: bool = False
    """The passage stands further up."""

    def grow(self, tree: Tree, explained: Explained) -> None:
        """Add a condition and what is below it; a single alternative stays on its line."""
        chain = [explained]
        while chain[-1].form in {"any", "list"} and len(chain[-1].children) == 1:
            chain.append(chain[-1].children[0])
        last = chain[-1]
        branch = tree.add(self._label(chain))
        is_shown = self.shown or (last.holds and last.passage is not None)
        below = replace(self, excluded=self.excluded ^ (last.form == "none"), shown=is_shown)
        for child in last.children:
            below.grow(branch, child)

    def _label(self, chain: Sequence[Explained]) -> Text:
        last = chain[-1]
        style = "green" if last.holds != self.excluded else "red"
        if self.excluded and not last.holds:
            style = "dim"
        label = Text("✓ " if last.holds else "✗ ", style)
        label.append(" › ".join(map(_named, chain)), style)
        note = next((one.note for one in reversed(chain) if one.note), "")
        if note:
            label.append(f"  {_apart(note)}", "dim" if last.holds else "yellow")
        if last.passage and not self.shown:
            label.append("\n")
            label.append_text(_passage(last.passage, colored=self.colored))
        return label


def _named(explained: Explained) -> str:
    key, colon, text = explained.text.partition(": ")
    if explained.form == "term":
        return isolate(explained.text)
    if not colon:
        return explained.text
    return f"{key}: {isolate(text)}"


def _apart(note: str) -> str:
    """Keep the Arabic that a note quotes from turning the rest around."""
    return note.replace("«", f"{FIRST_STRONG_ISOLATE}«").replace("»", f"»{POP_DIRECTIONAL_ISOLATE}")


def _passage(passage: Passage, *, colored: bool) -> Text:
    """Mark the hits; without color they stand between asterisks."""
    text, done = Text(f"{FIRST_STRONG_ISOLATE}{'… ' * passage.cut_before}"), 0
    for start, end in passage.hits:
        text.append(_flat(passage.text[done:start]))
        hit = _flat(passage.text[start:end])
        text.append(hit if colored else f"*{hit}*", _HIT if colored else None)
        done = end
    text.append(f"{_flat(passage.text[done:])}{' …' * passage.cut_after}{POP_DIRECTIONAL_ISOLATE}")
    return text


def _flat(text: str) -> str:
    """Drop what could turn or break the line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
