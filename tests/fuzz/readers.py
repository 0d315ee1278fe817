"""Every reader of files that strangers may have made, by name, with small files that are right.

A reader may return anything or raise BadInput (RecordError is one): nothing else, not slowly, and not by taking the
memory of the machine.
"""

from __future__ import annotations

from engine.errors import BadInput
from tests.fuzz import datasets, models, records, window
from tests.fuzz.reader import Reader

READERS: dict[str, Reader] = {
    reader.name: reader for reader in (*records.READERS, *datasets.READERS, *models.READERS, *window.READERS)
}
ALLOWED = (BadInput,)
