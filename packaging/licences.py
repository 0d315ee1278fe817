"""Collects the licence texts of everything that is installed here, and a CycloneDX list of it (SBOM).

``python packaging/licences.py FOLDER``: FOLDER/NAME-VERSION/... holds the texts, FOLDER/sbom.cdx.json the list.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import sys
import uuid
from pathlib import Path

TEXT = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)
QT = """Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They are separate shared
libraries in the folder _internal/PySide6 of the program and may be replaced by other builds of the same interface.
Their sources are offered by The Qt Company at https://download.qt.io. The text of the licence is beside this file.
"""


def collect(folder: Path) -> list[dict[str, object]]:
    """Copy the texts; returns the components of the list, by name."""
    components = []
    for distribution in sorted(importlib.metadata.distributions(), key=lambda found: found.name.lower()):
        name, version = distribution.name, distribution.version
        target = folder / f"{name}-{version}"
        for file in distribution.files or []:
            if TEXT.search(str(file)) and (path := Path(str(distribution.locate_file(file)))).is_file():
                target.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target / path.name)
        metadata = distribution.metadata
        licence = metadata.get("License-Expression") or (metadata.get("License") or "").split("\n")[0][:80]
        if name.lower().startswith(("pyside6", "shiboken6")):
            target.mkdir(parents=True, exist_ok=True)
            (target / "QT.txt").write_text(QT, encoding="utf-8")
            licence = "LGPL-3.0-only"
        component: dict[str, object] = {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}",
        }
        if licence:
            component["licenses"] = [{"license": {"name": licence}}]
        components.append(component)
    return components


def main() -> int:
    """Write both."""
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    components = collect(folder)
    about = {"component": {"type": "application", "name": "athanor", "version": importlib.metadata.version("athanor")}}
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    sbom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": about,
        "components": components,
    }
    (folder / "sbom.cdx.json").write_text(json.dumps(sbom, indent=1), encoding="utf-8")
    without = [str(c["name"]) for c in components if "licenses" not in c]
    print(f"{len(components)} packages; no licence named by: {', '.join(without) or 'none'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
