"""``athanor tour DIR``: every page does its main job offscreen; a picture in each theme and a JSON of its facts stay
behind.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

SIZE = (1440, 900)
THEMES = ("dark", "light")
SETTLE_S = 0.4


def run(arguments: list[str]) -> int:
    """Make the tour; returns 0 where every page could be shown and did its job, else 1."""
    parser = argparse.ArgumentParser(
        prog="athanor tour", description="Every page's main job, offscreen: pictures and facts"
    )
    parser.add_argument("folder", metavar="DIR", help="where the pictures and facts go; made if it is not there")
    parser.add_argument("--page", action="append", metavar="NAME", help="only this page (may be repeated)")
    parser.add_argument("--engine", choices=("process", "inline"), default="process", help="where jobs run")
    chosen = parser.parse_args(arguments)
    folder = Path(chosen.folder).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("ATHANOR_HOME", str(folder / "home"))  # the tour leaves the person's own runs alone

    from gui.application import Application, make_qt, options

    application = make_qt()
    whole = Application(application, options(["--engine", chosen.engine]))
    whole.window.resize(*SIZE)
    whole.show()
    failures, visited = [], []
    for name in sorted(whole.window.entries, key=lambda name: name == "runs"):  # last: then there are runs to show
        if chosen.page and name not in chosen.page:
            continue
        facts = visit(whole, name, folder)
        visited.append(name)
        if "error" in facts:
            failures.append(f"{name}: {facts['error']}")
        print(f"{name:12} {facts['seconds']:6.1f} s  {facts.get('error', 'done')}", file=sys.stderr)  # noqa: T201
    whole.close()
    print(json.dumps({"folder": str(folder), "pages": visited, "failures": failures}))  # noqa: T201
    return 1 if failures else 0


def visit(whole: Any, name: str, folder: Path) -> dict[str, Any]:
    """Show one page, let it do its job, take its pictures; returns the facts that were written beside them."""
    from gui.pages.page import Page

    window, began = whole.window, time.monotonic()
    window.show_page(name)
    window.errors.dismiss_all()
    facts: dict[str, Any] = {"page": name}
    try:
        if not isinstance(window.page, Page):
            raise RuntimeError("the page could not be built")
        facts |= window.page.tour(folder)
    except Exception as error:  # noqa: BLE001  the other pages are still visited, and the status tells
        facts["error"] = f"{type(error).__name__}: {error}"
        facts["traceback"] = traceback.format_exc()
    facts["seconds"] = round(time.monotonic() - began, 2)
    if window.errors.report:
        facts["problem"] = window.errors.report
    window.toast.hide()
    facts["pictures"] = []
    for theme in THEMES:
        window.choose_theme(theme)
        whole.workspace.wait(lambda: False, SETTLE_S)
        file = folder / f"{name}-{theme}.png"
        window.grab().save(str(file))
        facts["pictures"].append(file.name)
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=1, default=str) + "\n", encoding="utf-8")
    return facts
