"""Audits what ships: `python .ci/audit.py build/sbom.cdx.json`.

Fails (1) where a version has a known vulnerability or was withdrawn by its makers. Where no source
of vulnerabilities can be reached it says so loudly and ends with 0; with AUDIT=required with 3.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

SERVICES = ("pypi", "osv")
MINUTES = 5


class Finding(NamedTuple):
    """What one look came to: what is wrong, and what could not be looked at."""

    wrong: list[str]
    unknown: list[str]


def pins_of(sbom: dict[str, Any]) -> list[str]:
    """Give `name==version` of each component."""
    return sorted(f"{one['name']}=={one['version']}" for one in sbom["components"])


def judge_audit(report: dict[str, Any]) -> Finding:
    """Read pip-audit's JSON: what it could not find it passes over, which is no clean bill."""
    found = Finding([], [])
    for one in report["dependencies"]:
        if "skip_reason" in one:
            found.unknown.append(one["name"])
        for hole in one.get("vulns", ()):
            mended = ", ".join(hole["fix_versions"]) or "no version yet"
            found.wrong.append(f"{one['name']} {one['version']}: {hole['id']}, mended in {mended}")
    return found


def judge_index(report: dict[str, Any], pins: list[str]) -> Finding:
    """Read pip's installation report: which of the pins the index calls withdrawn."""
    seen = report["install"]
    withdrawn = [
        f"{one['metadata']['name']} {one['metadata']['version']} was withdrawn by its makers"
        for one in seen
        if one.get("is_yanked")
    ]
    return Finding(withdrawn, [] if len(seen) == len(pins) else ["some of the pins"])


def audit(pins: list[str], service: str, folder: Path) -> Finding | None:
    """Ask one source of vulnerabilities; None where it cannot be reached."""
    listed, report = folder / "pins.txt", folder / f"{service}.json"
    listed.write_text("\n".join(pins) + "\n", encoding="utf-8")
    command = ["pip_audit", "--requirement", str(listed), "--no-deps", "--disable-pip"]
    command += ["--vulnerability-service", service, "--format", "json", "--output", str(report)]
    if not _ran(command) or not report.exists():
        return None
    found = judge_audit(json.loads(report.read_text(encoding="utf-8")))
    return None if len(found.unknown) == len(pins) else found


def look_at_index(pins: list[str], folder: Path) -> Finding | None:
    """Ask the package index for withdrawn versions; None where it cannot be reached."""
    listed, report = folder / "pins.txt", folder / "index.json"
    listed.write_text("\n".join(pins) + "\n", encoding="utf-8")
    command = ["pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    command += ["--report", str(report), "--requirement", str(listed)]
    if not _ran(command) or not report.exists():
        return None
    return judge_index(json.loads(report.read_text(encoding="utf-8")), pins)


def _ran(command: list[str]) -> bool:
    """Run a module of this Python; False where it takes too long or ends in a traceback."""
    line = [sys.executable, "-m", *command]
    try:
        done = subprocess.run(line, capture_output=True, timeout=60 * MINUTES, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in {0, 1} and b"Traceback" not in done.stderr


def main() -> int:
    """Look at everything, say what came of it, and give the exit status."""
    pins = pins_of(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as name:
        audits = [found for one in SERVICES if (found := audit(pins, one, Path(name)))]
        index = look_at_index(pins, Path(name))
    wrong = [line for found in [*audits, *filter(None, [index])] for line in found.wrong]
    for line in sorted(set(wrong)):
        print(f"WRONG: {line}")
    if index is None or index.unknown:
        print("NOT CHECKED for withdrawn versions: the package index did not answer for all pins.")
    if not audits:
        print("=" * 96)
        print(
            f"NOT AUDITED: neither {' nor '.join(SERVICES)} could be reached from this machine, so"
        )
        print(f"nothing is known about vulnerabilities of these {len(pins)} distributions.")
        print(
            "Run `make audit` where the internet can be reached; AUDIT=required fails without it."
        )
        print("=" * 96)
    else:
        unknown = set.intersection(*(set(found.unknown) for found in audits))
        print(f"audited {len(pins) - len(unknown)} of {len(pins)} distributions")
        for one in sorted(unknown):
            print(f"NOT AUDITED: {one} is unknown to the source of vulnerabilities")
    if wrong:
        return 1
    return 3 if not audits and os.environ.get("AUDIT") == "required" else 0


if __name__ == "__main__":
    sys.exit(main())
