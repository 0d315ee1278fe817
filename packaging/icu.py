"""Leaves out of Qt's ICU data what this program never asks for: ``python packaging/icu.py libicudata.so.NUMBER``.

Qt asks ICU for the order of words (collation), for capitals and for where words end; names of countries, units,
currencies and time zones in 900 languages, old character sets, dictionaries and transliterations are most of its 32
MB. ICU falls back to its root locale where a file lacks (ICU user guide, "ICU data": removing items). Needs a C
compiler, because the data is the inside of a shared library.

The package of files: a header, a count, a table of pairs (offset of the name, offset of the content), then the names in
their order, then the contents, each at a multiple of 16 bytes (ICU: source/common/ucmndata.h).
"""

from __future__ import annotations

import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

UNUSED = re.compile(
    r"^[^/]+/(?:translit/|(?:curr|lang|region|unit|zone|rbnf|brkitr)/"
    r"(?!(?:root|en|res_index|pool|supplementalData|tzdbNames|char|line|word|sent|title)\.)"
    r"|(?!en\.|en_US\.|res_index\.)[a-z]{2,3}(?:_[A-Za-z0-9_]+)?\.res$|[^/]*\.(?:cnv|spp)$)"
)


def read(data: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Header and files of a package."""
    (size,) = struct.unpack_from("<H", data)
    if data[2:4] != b"\xda\x27" or data[12:16] != b"CmnD":
        raise ValueError("this is no ICU data package")
    body = data[size:]
    (count,) = struct.unpack_from("<I", body)
    pairs = [struct.unpack_from("<II", body, 4 + 8 * number) for number in range(count)]
    ends = [content for _, content in pairs[1:]] + [len(body)]
    return data[:size], {
        body[name : body.index(b"\0", name)].decode("ascii"): body[content:end]
        for (name, content), end in zip(pairs, ends, strict=True)
    }


def write(header: bytes, files: dict[str, bytes]) -> bytes:
    """A package of these files; they are looked up by bisection, so they are sorted by name."""
    ordered = sorted(files.items(), key=lambda entry: entry[0].encode("ascii"))
    place = 4 + 8 * len(ordered)
    names, contents, table = bytearray(), bytearray(), bytearray(struct.pack("<I", len(ordered)))
    first = place + sum(len(name) + 1 for name in files)
    first += -first % 16
    for name, content in ordered:
        table += struct.pack("<II", place + len(names), first + len(contents))
        names += name.encode("ascii") + b"\0"
        contents += content + bytes(-len(content) % 16)
    body = table + names
    return header + bytes(body) + bytes(first - len(body)) + bytes(contents)


def trim(library: Path) -> int:
    """Rewrite the shared library; returns the bytes that were saved."""
    old = library.read_bytes()
    start = old.index(b"CmnD") - 12
    header, files = read(old[start:])
    kept = {name: data for name, data in files.items() if not UNUSED.match(name)}
    major = next(iter(files)).split("/")[0].removeprefix("icudt").rstrip("lb")
    with tempfile.TemporaryDirectory() as folder:
        content, source = Path(folder) / "data", Path(folder) / "data.s"
        content.write_bytes(write(header, kept))
        symbol = f"icudt{major}_dat"
        source.write_text(
            f".section .rodata\n.globl {symbol}\n.type {symbol}, @object\n.balign 4096\n{symbol}:\n"
            f'.incbin "{content}"\n'
            f'.size {symbol}, . - {symbol}\n.section .note.GNU-stack,"",@progbits\n'
        )
        command = ["cc", "-shared", "-nostdlib", f"-Wl,-soname,libicudata.so.{major}", "-Wl,-Bsymbolic", "-o"]
        subprocess.run([*command, str(library.with_suffix(".new")), str(source)], check=True)
    library.with_suffix(".new").replace(library)
    library.chmod(0o755)
    return len(old) - library.stat().st_size


def main() -> int:
    """Rewrite the library that is named."""
    print(f"ICU data: {trim(Path(sys.argv[1])) / 1e6:.1f} MB less")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
