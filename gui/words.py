"""Numbers, sizes and times the way people write them."""

from __future__ import annotations

from datetime import UTC, datetime

from gui.translation import tr

STATUS = {
    "queued": tr("queued"),
    "starting": tr("starting"),
    "running": tr("running"),
    "paused": tr("paused"),
    "stopping": tr("stopping"),
    "finished": tr("finished"),
    "stopped": tr("stopped"),
    "failed": tr("failed"),
    "crashed": tr("crashed"),
    "interrupted": tr("interrupted"),
    "damaged": tr("damaged"),
}


def amount(value: float) -> str:
    """Three digits that matter: 0.42, 7, 212 k, 20.1 M."""
    for limit, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= limit:
            return f"{value / (1000.0 if unit == ' k' else limit):.3g}{unit}"
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def duration(seconds: float) -> str:
    """12 s, 4 min, 1 h 52 min, 3 d 4 h."""
    if seconds < 10:
        return tr("{seconds:.1f} s", seconds=seconds)
    if seconds < 100:
        return tr("{seconds:.0f} s", seconds=seconds)
    minutes = round(seconds / 60)
    if minutes < 60:
        return tr("{minutes} min", minutes=minutes)
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return tr("{hours} h {minutes} min", hours=hours, minutes=minutes) if minutes else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h"


def size(count: float) -> str:
    """Bytes as 980 B, 12 kB, 1.2 GB."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= limit:
            return f"{count / limit:.3g} {unit}"
    return f"{count:.0f} B"


def when(iso: str) -> str:
    """A time in UTC as local wall time, as short as it can be: 08:35 today, 3 Nov 08:35 this year, else 2025-11-03."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone()
    now = datetime.now().astimezone()
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b %H:%M}" if local.year == now.year else f"{local:%Y-%m-%d}"


def status_words(status: str) -> str:
    """What a job or a run is doing, or how it ended."""
    return STATUS.get(status, status)


def value_words(value: object) -> str:
    """A JSON value for a table of details: five digits for numbers, lists on one line."""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return ", ".join(value_words(item) for item in value) or tr("none")
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_words(item)}" for key, item in value.items()) or tr("none")
    return tr("none") if value is None else str(value)
