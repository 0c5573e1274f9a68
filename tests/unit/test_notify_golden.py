"""What messages of each kind look like in every form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fakes.forms import forms
from tests.fakes.notices import alert
from watcher.notify.samples import LINKS, sample_notices

GOLDEN = Path(__file__).parents[1] / "golden" / "messages"
NOTICES = {str(kind): notice for kind, notice in sample_notices().items()}


@pytest.mark.parametrize("kind", NOTICES)
def test_golden(kind: str) -> None:
    about, links = (alert(), None) if kind == "first" else (NOTICES[kind], LINKS)
    made = forms(about, links) if links else forms(about)
    folder = GOLDEN / kind
    if os.environ.get("REGOLD"):
        folder.mkdir(exist_ok=True)
        for name, text in made.items():
            (folder / name).write_text(text, encoding="utf-8")

    assert made == {name: (folder / name).read_text(encoding="utf-8") for name in made}


def test_every_kind_and_form_has_its_file() -> None:
    there = {str(path.relative_to(GOLDEN)) for path in GOLDEN.glob("*/*")}

    assert there == {f"{kind}/{form}" for kind in NOTICES for form in forms(alert())}
