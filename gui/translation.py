"""The words of the window in the person's language: every text a person reads passes through :func:`tr`.

English is written in the code and is what is shown where no catalogue of the person's language is found. Catalogues are
GNU gettext's ``LANGUAGE/LC_MESSAGES/athanor.mo``, in the folder ``languages`` beside the settings or among the assets
(docs/translate.md).
"""

from __future__ import annotations

import gettext
import logging
import os
from functools import cache
from itertools import takewhile
from pathlib import Path

from PySide6.QtCore import QLocale

log = logging.getLogger("athanor")
SHIPPED = Path(__file__).resolve().parents[1] / "assets" / "languages"


def tr(text: str, /, **values: object) -> str:
    """``text`` in the person's language, with ``{name}`` and ``{name:format}`` filled by ``values``."""
    return _filled(_catalogue().gettext(text) if text else "", text, values)


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """``one`` or ``many``, or as many forms as the language has, chosen by ``count``; filled as by :func:`tr`."""
    return _filled(_catalogue().ngettext(one, many, count), one if count == 1 else many, values)


def languages() -> list[str]:
    """Languages to look for, best first; none where English is as good. ``ATHANOR_LANGUAGE`` says it outright."""
    if chosen := os.environ.get("ATHANOR_LANGUAGE"):
        return [chosen]
    names = [name.replace("-", "_") for name in QLocale.system().uiLanguages()]
    return list(takewhile(lambda name: name.partition("_")[0] not in ("en", "C"), names))


@cache
def _catalogue() -> gettext.NullTranslations:
    from gui.settings import config_folder  # whose own texts come through here

    for folder in (config_folder() / "languages", SHIPPED):
        try:
            return gettext.translation("athanor", folder, languages())
        except FileNotFoundError:
            continue
        except Exception as problem:  # noqa: BLE001  gettext names no error of a damaged file; English is always there
            log.warning("the translation in %s could not be read: %s", folder, problem)
    return gettext.NullTranslations()


def _filled(found: str, english: str, values: dict[str, object]) -> str:
    if not values:
        return found
    try:
        return found.format(**values)
    except (LookupError, ValueError, AttributeError):  # a slip in a translation must not close a page
        return english.format(**values)
