"""The mail as a browser lays it out: what a machine can measure of "reads right"."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.notices import alert
from watcher.model import Passage
from watcher.notify import as_html, message_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.browser

PHONE, DESKTOP = 360, 1000
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The mail is shown in a frame of the wanted width: headless windows cannot be as narrow as a phone.
PROBE = """
<body style="margin:0"><iframe id="mail" style="border:0;width:WIDTHpx;height:2000px" srcdoc="MAIL"></iframe>
<script>
onload = () => {
  const page = document.getElementById("mail").contentDocument;
  const styles = (query) => [...page.querySelectorAll(query)].map((element) => {
    const style = getComputedStyle(element), box = element.getBoundingClientRect();
    return {text: element.textContent, direction: style.direction, align: style.textAlign,
            background: style.backgroundColor, bidi: style.unicodeBidi,
            width: box.width, height: box.height, left: box.left, right: box.right};
  });
  const result = {overflow: page.documentElement.scrollWidth, marks: styles("mark"),
                  bdis: styles("bdi"), cells: styles("td"), body: styles("body"), links: styles("a")};
  document.body.innerHTML = "<pre id=result></pre>";
  document.getElementById("result").textContent = JSON.stringify(result);
};
</script></body>
"""


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing, and CI must look at the mail: install chromium")
        pytest.skip("Chromium is not installed")
    return found


def laid_out(chromium: str, folder: Path, mail: str, width: int) -> dict[str, Any]:
    """Lay a mail out at a width and give what was measured."""
    page = folder / "probe.html"
    page.write_text(PROBE.replace("WIDTH", str(width)).replace("MAIL", html.escape(mail)), "utf-8")
    profile = folder / f"profile-{width}"
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", f"file://{page}"]
    done = subprocess.run(command, capture_output=True, timeout=90, check=True)
    found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert found is not None
    result: dict[str, Any] = json.loads(html.unescape(found.group(1)))
    return result


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_mail_reads_from_the_right(chromium: str, tmp_path: Path, width: int) -> None:
    told = alert()
    seen = laid_out(chromium, tmp_path, as_html(message_of(told, zone="Asia/Baghdad")), width)

    assert seen["body"][0]["direction"] == "rtl"
    assert {cell["direction"] for cell in seen["cells"]} == {"rtl"}
    assert {cell["align"] for cell in seen["cells"] if "Meridian" in cell["text"]} <= {
        "right", "start", "-webkit-center",
    }  # fmt: skip
    assert [mark["text"] for mark in seen["marks"]][:2] == [
        "الوحدات الأجنبية",
        "إخلاء معسكر النخيل",
    ]
    for mark in seen["marks"]:
        assert mark["width"] > 0
        assert mark["height"] > 0
        assert mark["background"] not in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    names = {bdi["text"]: bdi for bdi in seen["bdis"]}
    assert {"CNN", "Camp Palm", "UH-60", "Meridian News"} <= set(names)
    assert {bdi["direction"] for bdi in seen["bdis"]} == {"ltr"}
    assert {bdi["bidi"] for bdi in seen["bdis"]} == {"isolate"}
    assert seen["overflow"] <= width


def test_the_headline_begins_at_the_right_edge(chromium: str, tmp_path: Path) -> None:
    mail = as_html(message_of(alert(), zone="UTC"))
    seen = laid_out(chromium, tmp_path, mail, DESKTOP)

    first = next(bdi for bdi in seen["bdis"] if bdi["text"] == "CNN")
    hit = seen["marks"][0]
    assert first["left"] > hit["right"], "the name opens the headline, so it stands to the right"


def test_long_words_do_not_widen_a_telephone(chromium: str, tmp_path: Path) -> None:
    told = alert(
        title="https://example.org/" + "a" * 200,
        passages=(Passage("ك" * 300 + " " + "W" * 300, ((0, 300),)),),
        source="S" * 200,
        terms=("T" * 200,),
        rule="r" * 100,
        url="https://" + "host." * 40 + "example.org/",
    )
    seen = laid_out(chromium, tmp_path, as_html(message_of(told, zone="UTC")), PHONE)

    assert seen["overflow"] <= PHONE
