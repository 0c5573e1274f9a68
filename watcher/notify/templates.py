"""The templates of messages: ours, and those of the operator that go before them.

Theirs run in a sandbox, and one that is broken never costs a message: ours is used instead, and
`Templates.problems` says where the mistake stands.
"""

from __future__ import annotations

import functools
import re
import traceback
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from watcher import log
from watcher.errors import Problem, WatcherError
from watcher.model import Severity
from watcher.notify import wording
from watcher.notify.bidi import Paragraph
from watcher.notify.forms import FORMS
from watcher.notify.parts import Quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    import jinja2

    from watcher.notify.forms import Form
    from watcher.notify.parts import Message

NAMES: Final = (*(form.template for form in FORMS), "look.j2")
COLORS: Final = {
    Severity.LOW: "#4b5563",
    Severity.MEDIUM: "#1d4ed8",
    Severity.HIGH: "#c2410c",
    Severity.CRITICAL: "#b91c1c",
}
_MODULE = re.compile(r"watcher\.\w+\.\w+\.(?=[A-Z])| object(?=')")
"""Says where a value of ours lives, which is nothing to the operator."""
_UNSAFE: Final = ("safe", "striptags")
"""Filters by which scraped markup could reach a message as markup."""
_WORDS: Final = {name: said for name, said in vars(wording).items() if name.isupper()}


class Templates:
    """Writes messages by templates; those in `folder` replace ours of the same name.

    Files are read as they are at each message, so an edit takes effect at once.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._broken: dict[str, Problem] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the operator's templates, as far as they have been used."""
        return tuple(self._broken.values())

    def render(self, form: Form, message: Message, **more: object) -> str:
        """Write a message in a form; by our template where the operator's is broken."""
        if self.folder is not None:
            try:
                told = _render(form, self.folder, message, more)
            except Exception as error:  # noqa: BLE001 - a template can do anything wrong
                self._note(form, problem_of(error, self.folder))
            else:
                self._broken.pop(form.template, None)
                return told
        return _render(form, None, message, more)

    def _note(self, form: Form, problem: Problem) -> None:
        if self._broken.get(form.template) != problem:
            self._broken[form.template] = problem
            log.error("notify", status="template broken, ours is used", problem=problem)


SHIPPED: Final = Templates()


def check_templates(folder: Path, samples: Iterable[Message]) -> list[Problem]:
    """Try the templates of a folder on messages of each kind; give every mistake in them."""
    if not folder.is_dir():
        return [Problem(str(folder), 0, 0, "", "there is no such folder of templates")]
    found = [_unknown(path) for path in sorted(folder.glob("*.j2")) if path.name not in NAMES]
    for form in FORMS:
        for message in samples:
            try:
                _render(form, folder, message, {"with_title": True})
            except Exception as error:  # noqa: BLE001 - a template can do anything wrong
                found.append(problem_of(error, folder))
                break
    return sorted(set(found))


def write_templates(folder: Path) -> list[Path]:
    """Write our templates into a folder, to be edited; gives the files written.

    Nothing is written and WatcherError raised where one of them is there already.
    """
    taken = [folder / name for name in NAMES if (folder / name).exists()]
    if taken:
        listed = ", ".join(map(str, taken))
        raise WatcherError(f"{listed}: there already. Choose another folder, or move it away.")
    shipped = resources.files("watcher.notify") / "templates"
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in NAMES:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write((shipped / name).read_text(encoding="utf-8"))
            paths.append(folder / name)
    except OSError as error:
        why = error.strerror or str(error)
        raise WatcherError(f"{error.filename or folder}: cannot be written: {why}") from error
    return paths


def problem_of(error: Exception, folder: Path) -> Problem:
    """Say where in the operator's templates an error arose, and what it is."""
    import jinja2

    if isinstance(error, jinja2.TemplateSyntaxError):
        file = error.filename or str(folder / (error.name or ""))
        return Problem(file, error.lineno, 1, "", error.message or "this is no template")
    if isinstance(error, jinja2.TemplateNotFound):
        what = f"there is no template '{error.name}' here or among ours"
        return Problem(*_place(error, folder), 1, "", what)
    if isinstance(error, UnicodeDecodeError):
        return Problem(str(folder), 0, 0, "", "a template here is not in UTF-8")
    said = _MODULE.sub("", str(error)) or type(error).__name__
    what = said if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: {said}"
    return Problem(*_place(error, folder), 1, "", what)


def _place(error: Exception, folder: Path) -> tuple[str, int]:
    """Give the last place in a template of the folder that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).parent == folder]
    return (inside[-1].filename, inside[-1].lineno or 0) if inside else (str(folder), 0)


def _unknown(path: Path) -> Problem:
    what = f"no message is written by a template of this name. Ours are: {', '.join(NAMES)}."
    return Problem(str(path), 0, 0, "", what, "warning")


def _render(form: Form, folder: Path | None, message: Message, more: dict[str, Any]) -> str:
    template = _environment(form, folder).get_template(form.template)
    return template.render(
        m=message, w=_WORDS, color=COLORS[message.severity], colors=COLORS, **more
    )


@functools.cache
def _environment(form: Form, folder: Path | None) -> jinja2.Environment:
    """Give an environment that writes paragraphs and text by themselves in the form's way."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup

    def write(said: object) -> object:
        """Write what stands between braces; what is written already stays as it is."""
        if isinstance(said, Paragraph | Quote):
            return Markup(form.write(said))  # noqa: S704 - escaped by the form
        if isinstance(said, str) and not isinstance(said, Markup):
            return Markup(form.escape(said))  # noqa: S704 - escaped by the form
        return said

    ours = jinja2.PackageLoader("watcher.notify")
    loaders = [jinja2.FileSystemLoader(folder), ours] if folder else [ours]
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        finalize=write,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in _UNSAFE:
        del environment.filters[name]
    environment.filters["plain"] = lambda said: Markup(form.plain(said))  # noqa: S704
    environment.filters["address"] = lambda url: Markup(form.address(url))  # noqa: S704
    return environment
