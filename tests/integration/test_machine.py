"""What deploy/ does on a machine with a systemd of its own: from the first command to the last."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
import unicodedata
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes import site as answers
from tests.fakes.machine import TOOLS, Machine, NoMachine
from tests.fakes.smtp import MailServer
from tests.fakes.wheels import build_wheel, other_version, pack_dependencies

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.fakes.site import Site

ROOT = Path(__file__).parents[2]
CONFIG = """\
database: sqlite:////var/lib/watcher/watcher.db
rules: rules
sources: sources.yaml
fetch: {allow_networks: [127.0.0.0/8], pause: 0.01s}
polling: {min_interval: 0.3s, max_interval: 0.5s}
targets: [{name: desk, url: 'file:desk-mail'}]
"""
RULES = """\
rules:
  - id: bridges
    title: الجسور
    match: جسر
    tests: [{name: hit, text: جسر, expect: match}, {name: miss, text: كتاب, expect: silent}]
"""
NEWS = (
    "افتتاح جسر الوادي بعد ثلاث سنوات من العمل",
    "شاحنة تصطدم بدعامة جسر الميناء والشرطة تغلق الطريق",
    "وزارة النقل تطرح مناقصة لترميم جسر المطار القديم",
    "فيضان النهر يجرف أجزاء من جسر القرية الشمالية",
)
UPGRADE = "/checkout/deploy/upgrade.sh"
MIGRATION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None
def upgrade(): op.execute("CREATE TABLE of_a_later_version (id INTEGER)")
"""
READY = '    return _send(environ, "READY=1"'
DIES = "    raise SystemExit('this version was built wrong')\n"


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder as an operator carries it to a server without a network: 0.1.0 and what it needs."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    build_wheel(ROOT, folder)
    pack_dependencies("watcher", folder)
    return folder


class Newspaper:
    """A feed and a mailbox, which both the machine and the test reach."""

    def __init__(self, site: Site, mail: MailServer) -> None:
        self._site = site
        self.mail = mail
        self._published = 0
        self._site.on("/rss", answers.page(answers.rss()))

    def publish(self) -> str:
        """Publish one report more."""
        self._published += 1
        items = [
            (title, self._site.url(f"/{n}")) for n, title in enumerate(NEWS[: self._published])
        ]
        self._site.on("/rss", answers.page(answers.rss(*items)))
        return NEWS[self._published - 1]

    def arrives(self, title: str, machine: Machine) -> None:
        """Wait for the alert; and look that it comes once, as did all before it."""
        deadline = time.monotonic() + 60
        while not any(title in told(mail) for mail in self.mail.taken):
            said = machine.run("journalctl", "--no-pager", "-u", "watcher", "-n", "30")
            heard = [told(mail) for mail in self.mail.taken]
            assert time.monotonic() < deadline, f"no alert of {title}, but {heard}:\n{said}"
            time.sleep(0.2)
        self.mail.settle()
        for earlier in NEWS[: self._published]:
            assert sum(earlier in told(mail) for mail in self.mail.taken) == 1, earlier

    def is_read(self) -> None:
        """Wait until the source was seen as it is: undated reports found at first sight are old."""
        before = len(self._site.asked("/rss"))
        deadline = time.monotonic() + 60
        while len(self._site.asked("/rss")) < before + 2:
            assert time.monotonic() < deadline, "the feed is not asked for"
            time.sleep(0.1)


def told(mail: EmailMessage) -> str:
    """Give what a mail says, without marks of direction and line breaks."""
    body = mail.get_body(("plain",))
    text = f"{mail['subject']} {body.get_content() if body else ''}"
    return " ".join("".join(one for one in text if unicodedata.category(one) != "Cf").split())


def configure(machine: Machine, site: Site, mail: MailServer) -> None:
    machine.write("/etc/watcher/watcher.yaml", CONFIG)
    machine.write(
        "/etc/watcher/sources.yaml",
        f"sources:\n  - {{id: a, name: a, url: '{site.url('/rss')}'}}\n",
    )
    machine.run("sh", "-c", "rm /etc/watcher/rules/*")
    machine.write("/etc/watcher/rules/bridges.yaml", RULES)
    machine.write("/etc/watcher/secrets/desk-mail", mail.url() + "\n", "0644")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "base",
    [
        pytest.param("", id="a layer on this machine"),
        pytest.param("debian", id="a fresh system", marks=pytest.mark.fresh),
    ],
)
def test_it_is_installed_alerts_is_upgraded_and_leaves_nothing(
    base: str, request: pytest.FixtureRequest, tmp_path: Path, wheels: Path, site: Site
) -> None:
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"{missing} are not installed, and CI must not skip it")
    if missing or os.geteuid() != 0:
        pytest.skip(f"needs root and {', '.join(TOOLS)}; not installed: {missing}")
    disk = Path(request.getfixturevalue(base)) if base else Path("/")
    with ExitStack() as stack:
        mail = stack.enter_context(MailServer())
        try:
            machine = stack.enter_context(
                Machine(
                    tmp_path / "machine", base=disk, shown={ROOT: "/checkout", wheels: "/wheels"}
                )
            )
        except NoMachine as reason:
            pytest.skip(str(reason))
        python = machine.run("python3", "-c", "import sys; print(*sys.version_info[:2])").split()
        if python != [str(part) for part in sys.version_info[:2]]:
            pytest.skip(f"its Python is {'.'.join(python)}, and the wheels here are for another")
        whole_life(machine, Newspaper(site, mail), site, wheels, quick=not base)


def whole_life(
    machine: Machine, paper: Newspaper, site: Site, wheels: Path, *, quick: bool
) -> None:
    before = machine.changed()

    installs(machine, paper, site)
    backs_up(machine)
    upgrades(machine, paper, wheels, quick=quick)
    machine.run("/checkout/deploy/remove.sh", "--everything", "--yes")

    assert machine.changed() == before
    assert "watcher" not in machine.run("systemctl", "list-units", "--all", "--no-legend")
    assert "watcher" not in machine.run("systemctl", "list-unit-files", "--no-legend")


def installs(machine: Machine, paper: Newspaper, site: Site) -> None:
    machine.run("/checkout/deploy/install.sh", "--wheels", "/wheels")
    configure(machine, site, paper.mail)
    machine.run("/checkout/deploy/install.sh")  # hands the secret over

    assert machine.run("cat", "/etc/watcher/watcher.yaml") == CONFIG, "an operator's file stays"
    assert machine.run("stat", "-c", "%a", "/etc/watcher/secrets/desk-mail").strip() == "600"
    assert "are right" in machine.run("watcher", "check")
    assert "took the message" in machine.run("watcher", "send-test", "desk")
    machine.run("systemctl", "enable", "--now", "watcher", "watcher-backup.timer")
    assert is_exposed(machine) <= 1.5
    paper.is_read()
    paper.arrives(paper.publish(), machine)


def is_exposed(machine: Machine) -> float:
    """Give what systemd finds of the running service, 0 to 10."""
    last = machine.run("systemd-analyze", "security", "watcher.service").splitlines()[-1]
    found = re.search(r"watcher\.service: ([\d.]+)", last)
    assert found is not None, last
    return float(found[1])


def backs_up(machine: Machine) -> None:
    machine.run("systemctl", "start", "watcher-backup.service")
    seen = "/var/lib/private/watcher-backups"
    (backup,) = machine.run("ls", "-A", seen).split()

    # By number: a bare system cannot name a user that systemd made up.
    (owner,) = machine.run("stat", "-c", "%u", seen).split()
    assert owner != "0"
    assert machine.run("stat", "-c", "%a %u", f"{seen}/{backup}").split() == ["600", owner]
    assert "watcher-backup.timer" in machine.run("systemctl", "list-timers")
    assert "Last backup: " in machine.run("watcher", "status")
    daemon = machine.run("systemctl", "show", "--value", "--property=MainPID", "watcher").strip()
    inside = machine.run("nsenter", "--target", daemon, "--mount", "ls", "/var/lib/private")
    assert inside.split() == ["watcher"], "the daemon does not see its backups"


def upgrades(machine: Machine, paper: Newspaper, wheels: Path, *, quick: bool) -> None:
    """To a version that cannot run, to one that migrates and dies, to a good one; and back.

    `quick`: later versions find what they need where the first has it, instead of installing it again.
    """
    (first,) = wheels.glob("watcher-*.whl")
    old = machine.run("readlink", "/opt/watcher/current")
    found = machine.run("sh", "-c", "echo /opt/watcher/versions/*/lib/python3*/site-packages")
    borrowed = {"borrowed.pth": found} if quick else {}
    incomplete = other_version(first, "0.2.0", alone=True)
    said = machine.run(UPGRADE, "--wheels", "/wheels", fails=True)

    assert "does not take the configuration" in said
    assert machine.run("readlink", "/opt/watcher/current") == old
    assert machine.run("systemctl", "is-active", "watcher").strip() == "active"
    incomplete.unlink()
    text = (ROOT / "watcher" / "systemd.py").read_text(encoding="utf-8")
    assert READY in text
    head = max((ROOT / "alembic" / "versions").glob("*.py")).name.split("_")[0]
    dies = {
        "watcher/systemd.py": text.replace(READY, DIES + READY),
        "watcher/record/migrations/versions/9999_later.py": MIGRATION.format(head=head),
    }
    other_version(first, "0.3.0", borrowed | dies, alone=quick)
    said = machine.run(UPGRADE, "--wheels", "/wheels", fails=True)

    assert "restoring the record" in said, "the old version does not take the new one's tables"
    assert "0.1.0 runs again" in said
    assert machine.run("readlink", "/opt/watcher/current") == old
    paper.arrives(paper.publish(), machine)
    other_version(first, "0.4.0", borrowed, alone=quick)
    said = machine.run(UPGRADE, "--wheels", "/wheels")

    assert "watcher 0.4.0 runs" in said
    paper.arrives(paper.publish(), machine)
    machine.run(UPGRADE, "--back")
    assert machine.run("readlink", "/opt/watcher/current") == old
    paper.arrives(paper.publish(), machine)
