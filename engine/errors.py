"""The two exceptions that cross room borders."""


class BadInput(ValueError):
    """Something a person gave cannot be used; the message is one clear sentence for that person."""


class Stopped(Exception):
    """The user asked this run to stop; its record is kept up to here."""
