"""The first hour as the guides tell it, in both languages: the same commands, and what they print is what is shown."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.fakes.guide import Block, blocks, fits, headings, steps
from tests.fakes.site import Site
from tests.fakes.slack import OK, TOKENS, WEBHOOK_URL
from tests.fakes.smtp import MailServer

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("GUIDE.md", "GUIDE.ar.md")
READMES = ("README.md", "README.ar.md")
PORT = "8901"
SLACK_AT = f"/services/{'/'.join(TOKENS)}"
POINT_SLACK_HERE = """
import os, sys
if "desk-slack" in sys.orig_argv:  # Apprise's plugin has no parameter for its host
    from apprise.plugins.slack import NotifySlack
    NotifySlack.webhook_url = os.environ["SLACK_HERE"]
"""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("pair", [GUIDES, READMES])
def test_both_languages_have_the_same_blocks_in_the_same_sections(pair: tuple[str, str]) -> None:
    english, arabic = map(text_of, pair)

    assert blocks(arabic) == blocks(english)
    assert headings(arabic) == headings(english)
    assert len(blocks(english)) >= 2


@pytest.mark.parametrize("name", ["GUIDE.ar.md", "README.ar.md"])
def test_arabic_reads_from_the_right_and_code_from_the_left(name: str) -> None:
    text = text_of(name)

    assert text.startswith('<div dir="rtl">\n\n')
    assert text.endswith("\n\n</div>\n")
    assert text.count('<div dir="ltr">\n\n```') == len(blocks(text)) == text.count("```\n\n</div>")
    outside = re.sub(r"```.*?```|`[^`\n]*`|<!--.*?-->", "", text, flags=re.DOTALL)
    arabic, latin = (
        len(re.findall(r"[\u0621-\u064a]", outside)),
        len(re.findall("[a-zA-Z]", outside)),
    )
    assert arabic > 3 * latin


@pytest.mark.parametrize(
    "name", [*GUIDES, *READMES, "REFERENCE.md", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"]
)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(name)):
        path, _, anchor = target.partition("#")
        page = ROOT / path if path else ROOT / name
        assert page.exists(), target
        if anchor:
            known = {
                re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")
                for title in re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
            }
            assert anchor in known, target


@pytest.fixture
def services(tmp_path: Path) -> Iterator[tuple[MailServer, Site, dict[str, str]]]:
    """A mail server, something like Slack, and an environment in which commands find both."""
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(POINT_SLACK_HERE)
    with MailServer() as mail, Site() as site:
        site.on(SLACK_AT, OK)
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "CACHE_DIRECTORY": os.environ.get("CACHE_DIRECTORY", str(tmp_path / "cache")),
            "COLUMNS": "120",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "PYTHONPATH": str(hooks),
            "SLACK_HERE": site.url("/services"),
        }
        yield mail, site, environment


@pytest.mark.timeout(600)
def test_the_guides_are_what_happens(
    tmp_path: Path, services: tuple[MailServer, Site, dict[str, str]]
) -> None:
    """Each block is followed once, in turn as the one guide and as the other has it."""
    mail, site, environment = services
    both = zip(*(blocks(text_of(name)) for name in GUIDES), strict=True)
    with Reader(tmp_path, environment, mail) as reader:
        for number, pair in enumerate(both):
            reader.follow(pair[number % 2])

    assert reader.ran >= 20
    assert len(mail.taken) == 1
    assert [request.path for request in site.requests] == [SLACK_AT]


def test_a_newsroom_whose_port_is_taken_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "watcher", "demo", "--serve", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    assert done.returncode == 1
    assert (
        f"port {port} cannot be opened: Address already in use. Choose another one." in done.stderr
    )


class Reader:
    """Somebody who does what the guide says, in a folder of their own."""

    def __init__(self, folder: Path, environment: dict[str, str], mail: MailServer) -> None:
        self.folder = self.home = folder
        self.environment = environment
        self.ran = 0
        self.numbers: dict[str, str] = {}
        self.port = str(_free_port())
        self.yours = {
            "my-desk/secrets/desk-mail": f"mailto://127.0.0.1:{mail.port}/?from=watcher@desk.example&to=desk@desk.example&mode=insecure",
            "my-desk/secrets/desk-slack": f"{WEBHOOK_URL}/",
        }
        self.others: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.others:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)

    def follow(self, block: Block) -> None:
        text = block.text.replace(PORT, self.port)
        match block.act:
            case "run":
                for step in steps(block._replace(text=text)):
                    self._run(step.command, step.shown)
            case "in another terminal":
                [step] = steps(block._replace(text=text))
                self._start(step.command, step.shown)
            case "file":
                (self.home / block.path).write_text(text, encoding="utf-8")
            case "append":
                path = self.home / block.path
                path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
            case "yours":
                (self.home / block.path).write_text(self.yours[block.path] + "\n", encoding="utf-8")
            case "by hand":
                assert block.language == "console"
            case other:
                raise AssertionError(f"what is to be done with {other!r}: {block.text}")

    def _run(self, command: str, shown: str) -> None:
        command = re.sub(r"\d+$", lambda found: self.numbers.get(found[0], found[0]), command)
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=90,
            check=False,
        )
        self.ran += 1
        if command.startswith("watcher articles list"):
            shown = self._numbered(shown, done.stdout)
        assert fits(shown, done.stdout), (
            f"$ {command}\n{done.stdout}\n--- the guide shows:\n{shown}"
        )

    def _numbered(self, shown: str, printed: str) -> str:
        """Learn which number an article of the guide has here: pages are read side by side."""
        ours, theirs = (re.search(r"^ *(\d+)", text) for text in (shown, printed))
        assert ours, shown
        assert theirs, printed
        self.numbers[ours[1]] = theirs[1]
        return shown.replace(ours[0], theirs[0], 1)

    def _start(self, command: str, shown: str) -> None:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.others.append(process)
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in shown.splitlines())
        assert fits(shown, printed), printed


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        ("a\n", "a\n", True),
        ("a …\n", "a b c\n", True),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n", "a\nb\n", False),
        ("a … c\n", "a b d\n", False),
        ("…\nd\n", "a\nb\n", False),
    ],
)
def test_what_is_shown_is_compared(shown: str, printed: str, expected: bool) -> None:
    assert fits(shown, printed) is expected
