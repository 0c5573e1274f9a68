"""A browser that lays pages out at a width and in a color scheme, measures them and paints them."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pytest

from tests.fakes.chromium import FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

Scheme: TypeAlias = Literal["light", "dark"]

SCHEMES: dict[Scheme, list[str]] = {
    "light": ["--blink-settings=preferredColorScheme=1"],
    "dark": ["--blink-settings=preferredColorScheme=0"],
}
# Pages are shown in frames of the wanted width: headless windows cannot be as narrow as a phone.
HEAD = """
<!DOCTYPE html>
<meta charset="utf-8"><meta name="color-scheme" content="light dark"><body style="margin:0">
"""
FRAME = (
    '<iframe style="border:0;display:block;width:WIDTHpx;height:HEIGHTpx" srcdoc="PAGE"></iframe>'
)
PROBE = """
<script>
const measure = (frame) => {
  const page = frame.contentDocument;
  const backgroundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = page.defaultView.getComputedStyle(at).backgroundColor;
      if (color !== "rgba(0, 0, 0, 0)") return color;
    }
    return "rgb(255, 255, 255)";
  };
  const measured = (element) => {
    const style = page.defaultView.getComputedStyle(element), box = element.getBoundingClientRect();
    return {text: element.textContent.trim(), direction: style.direction, align: style.textAlign,
            background: style.backgroundColor, bidi: style.unicodeBidi, line: style.textDecorationLine,
            href: element.getAttribute("href"),
            width: box.width, height: box.height, left: box.left, right: box.right, top: box.top};
  };
  const all = (query) => [...page.querySelectorAll(query)].map(measured);
  const texts = [], walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, holder = node.parentElement;
    if (!node.data.trim() || !holder.getClientRects().length || /STYLE|SCRIPT/.test(holder.tagName)) continue;
    const range = page.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), style = page.defaultView.getComputedStyle(holder);
    texts.push({text: node.data.trim(), color: style.color, background: backgroundOf(holder),
                size: parseFloat(style.fontSize), left: box.left, right: box.right, top: box.top});
  }
  return {overflow: page.documentElement.scrollWidth, height: page.body.scrollHeight,
                  marks: all("mark"), gone: all("del"), added: all("ins"), bdis: all("bdi"),
                  cells: all("td"), body: all("body"), links: all("a[href]"), texts};
};
onload = () => {
  const results = [...document.querySelectorAll("iframe")].map(measure);
  document.body.innerHTML = "<pre id=result></pre>";
  document.getElementById("result").textContent = JSON.stringify(results);
};
</script>
"""


@dataclass(frozen=True)
class Browser:
    """Chromium, and a folder for what it needs and what it paints."""

    program: str
    folder: Path

    def measure(self, page: str, width: int, scheme: Scheme = "light") -> dict[str, Any]:
        """Lay a page out and give what was measured."""
        return self.measure_all([page], width, scheme)[0]

    def measure_all(
        self, pages: Sequence[str], width: int, scheme: Scheme = "light"
    ) -> list[dict[str, Any]]:
        """Lay pages out, each by itself, and give what was measured of each."""
        file = self._framed(pages, width, 4000, PROBE)
        done = self._run(scheme, "--dump-dom", f"file://{file}")
        found = re.search(r'<pre id="result">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
        assert found is not None
        results: list[dict[str, Any]] = json.loads(html.unescape(found.group(1)))
        return results

    def paint(self, page: str, name: str, width: int, height: int, scheme: Scheme) -> None:
        """Paint a page into the folder that $LOOKS names, for people to look at."""
        if not os.environ.get("LOOKS"):
            return
        folder = Path(os.environ["LOOKS"])
        folder.mkdir(parents=True, exist_ok=True)
        file = self._framed([page], width, height)
        picture = f"--screenshot={folder / f'{name}-{width}-{scheme}.png'}"
        self._run(scheme, f"--window-size={max(width, 500)},{height}", picture, f"file://{file}")

    def _framed(self, pages: Sequence[str], width: int, height: int, more: str = "") -> Path:
        frame = FRAME.replace("WIDTH", str(width)).replace("HEIGHT", str(height))
        frames = "".join(frame.replace("PAGE", html.escape(page)) for page in pages)
        file = self.folder / "page.html"
        file.write_text(f"{HEAD}{frames}{more}</body>", "utf-8")
        return file

    def _run(self, scheme: Scheme, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        profile = f"--user-data-dir={self.folder / 'profile'}"
        command = [self.program, *FLAGS, "--hide-scrollbars", *SCHEMES[scheme], profile, *arguments]
        return subprocess.run(command, capture_output=True, timeout=90, check=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing, and CI must look at the pages: install chromium")
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture
def browser(chromium: str, tmp_path: Path) -> Browser:
    return Browser(chromium, tmp_path)
