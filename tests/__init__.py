"""Tests; a package, because a library that is used ships one of the same name."""
