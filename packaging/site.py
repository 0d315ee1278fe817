"""Builds the documentation: ``python packaging/site.py TOUR``; TOUR is a folder that ``athanor tour`` has filled.

The pages of the docs folder are copied, a page with the pictures of the tour is added, and every link is checked.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "docs"


def pictures(tour: Path) -> str:
    """One section a page of the window: what it did, and how it looks in both themes."""
    lines = ["# The pages", "", "Each picture was made by `athanor tour`, with the page doing its main job.", ""]
    for file in sorted(tour.glob("*.json")):
        facts = json.loads(file.read_text(encoding="utf-8"))
        shown = [name for name in facts.get("pictures", []) if (tour / name).is_file()]
        if not shown:
            continue
        lines += [f"## {facts['page'].capitalize()}", ""]
        for name in shown:
            shutil.copyfile(tour / name, BUILD / "pictures" / name)
            lines.append(f"![{facts['page']}](pictures/{name})")
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Build the site into build/site; a broken link is an error."""
    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.copytree(ROOT / "docs", BUILD)
    (BUILD / "pictures").mkdir()
    (BUILD / "window.md").write_text(pictures(Path(sys.argv[1])), encoding="utf-8")
    (BUILD / "changes.md").write_text((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), encoding="utf-8")
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    settings = settings.replace("site_dir: build/site", "site_dir: site")
    (BUILD.parent / "mkdocs.yml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(BUILD.parent / "mkdocs.yml")]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
