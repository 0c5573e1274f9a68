"""Templates of the operator: used where they are sound, told of where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import watcher.cli.setup  # noqa: F401 - its commands register themselves
from tests.fakes.notices import alert, notice
from watcher.cli import app, templates
from watcher.errors import WatcherError
from watcher.notify import (
    Templates,
    as_html,
    as_markdown,
    as_telegram,
    as_text,
    check_templates,
    message_of,
    sample_messages,
    write_templates,
)
from watcher.notify.bidi import flat

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = message_of(alert(title="<b>CNN</b> *x*", title_hits=()), zone="UTC")


def put(folder: Path, name: str, text: str) -> Templates:
    (folder / name).write_text(text, encoding="utf-8")
    return Templates(folder)


def test_ours_written_out_give_the_same_messages(tmp_path: Path) -> None:
    paths = write_templates(tmp_path / "new")

    mine = Templates(tmp_path / "new")
    assert {path.name for path in paths} == {path.name for path in (tmp_path / "new").iterdir()}
    for message in sample_messages("Asia/Baghdad"):
        assert as_html(message, mine) == as_html(message)
        assert as_text(message, mine) == as_text(message)
        assert as_telegram(message, mine) == as_telegram(message)
        told = as_markdown(message, with_title=True, templates=mine)
        assert told == as_markdown(message, with_title=True)
    assert mine.problems == ()
    assert check_templates(tmp_path / "new", sample_messages()) == []
    with pytest.raises(WatcherError, match="there already"):
        write_templates(tmp_path / "new")


def test_a_template_replaces_ours_and_an_edit_takes_effect(tmp_path: Path) -> None:
    mine = put(tmp_path, "mail.txt.j2", "{{ m.title }} / {{ m.source }}")
    assert as_text(MESSAGE, mine) == f"{flat(MESSAGE.title)} / صحيفة الميناء (Al-Mina)"

    put(tmp_path, "mail.txt.j2", "{{ m.rule_id }}")
    assert as_text(MESSAGE, mine) == "camp-evacuation"
    assert as_html(MESSAGE, mine) == as_html(MESSAGE)


@pytest.mark.parametrize(
    "template",
    [
        "{{ m.title }}",
        "{{ m.title.text }}",
        "{{ m.title|plain }}",
        "{% autoescape false %}{{ m.title.text }}{% endautoescape %}",
        "{% set t = m.title.text %}{{ t ~ t }}",
        "{% filter trim %}{{ m.title.text }}{% endfilter %}",
        "{% macro t(x) %}{{ x }}{% endmacro %}{{ t(m.title.text) }}",
        "{{ (m.title|plain).unescape() }}",
        "{{ '%s'|format(m.title.text) }}",
    ],
)
def test_whatever_a_template_does_scraped_markup_stays_text(tmp_path: Path, template: str) -> None:
    told = as_html(MESSAGE, put(tmp_path, "mail.html.j2", template))

    assert "CNN" in told
    assert "<b>" not in told


@pytest.mark.parametrize(
    ("template", "line", "expected"),
    [
        ("a\n{% if %}", 2, "Expected an expression"),
        ("a\nb\n{{ m.nothing }}", 3, "'Message' has no attribute 'nothing'"),
        ("{{ m.title.text|safe }}", 1, "No filter named 'safe'"),
        ("\n{{ 1 / 0 }}", 2, "ZeroDivisionError: division by zero"),
        ("{{ m.__class__.__mro__ }}", 1, "'__class__'"),
        ("{% include 'other.j2' %}", 1, "there is no template 'other.j2'"),
        ("{% for x in range(10**9) %}x{% endfor %}", 1, "Range too big"),
    ],
)
def test_a_broken_template_costs_no_message_and_says_so(
    tmp_path: Path, template: str, line: int, expected: str
) -> None:
    mine = put(tmp_path, "mail.txt.j2", template)

    assert as_text(MESSAGE, mine) == as_text(MESSAGE)
    (problem,) = mine.problems
    assert problem.file == str(tmp_path / "mail.txt.j2")
    assert problem.line == line
    assert expected in problem.what
    assert check_templates(tmp_path, sample_messages()) == [problem]

    put(tmp_path, "mail.txt.j2", "well")
    assert as_text(MESSAGE, mine) == "well"
    assert mine.problems == ()


def test_a_template_that_is_no_text_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "mail.txt.j2").write_bytes(b"\xff\xfe\x00")

    (problem,) = check_templates(tmp_path, sample_messages())
    assert "UTF-8" in problem.what


def test_a_name_that_nothing_uses_is_a_warning(tmp_path: Path) -> None:
    put(tmp_path, "mail.htm.j2", "x")

    (problem,) = check_templates(tmp_path, sample_messages())
    assert problem.level == "warning"
    assert "mail.html.j2" in problem.what


def test_a_template_that_fails_for_some_messages_is_found_by_the_check(tmp_path: Path) -> None:
    put(tmp_path, "telegram.html.j2", "\n{% if m.is_digest %}\n{{ m.topics[7].name }}\n{% endif %}")

    (problem,) = check_templates(tmp_path, sample_messages())
    assert (problem.file, problem.line) == (str(tmp_path / "telegram.html.j2"), 3)


def config(folder: Path) -> Path:
    (folder / "rules").mkdir()
    (folder / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    file = folder / "watcher.yaml"
    text = "targets:\n  - {name: console, url: 'console://'}\ntemplates: mine\n"
    file.write_text(text, encoding="utf-8")
    return file


def test_check_reports_templates_and_a_folder_that_is_missing(tmp_path: Path) -> None:
    file = config(tmp_path)
    run = CliRunner().invoke(app, ["check", "-c", str(file)])
    assert run.exit_code == 2
    assert "there is no folder" in run.output.replace("\n", " ")

    (tmp_path / "mine").mkdir()
    put(tmp_path / "mine", "mail.html.j2", "\n\n{{ m.nothing }}")
    run = CliRunner().invoke(app, ["check", "-c", str(file)])
    assert run.exit_code == 2
    assert "mail.html.j2:3:1" in run.output.replace("\n", "")


@pytest.mark.parametrize("form", list(templates.PreviewForm))
def test_a_message_of_each_kind_can_be_looked_at(form: str) -> None:
    for kind in ("first", "denied", "digest"):
        run = CliRunner().invoke(app, ["templates", "preview", kind, "--form", form])
        assert run.exit_code == 0
        assert "انفجار" in run.output


def test_a_preview_names_the_kinds_there_are() -> None:
    run = CliRunner().invoke(app, ["templates", "preview", "denid"])

    assert run.exit_code == 1
    assert "denied" in str(run.exception)


def test_a_mail_is_written_by_the_operators_templates(tmp_path: Path) -> None:
    from tests.unit.test_notify_render import BOX
    from watcher.notify.mail import compose

    mine = put(tmp_path, "mail.html.j2", "<p>{{ m.rule_id }}</p>")
    body = compose(notice(), BOX, zone="UTC", templates=mine).get_body(("html",))

    assert body is not None
    assert body.get_content().strip() == "<p>camp-evacuation</p>"
