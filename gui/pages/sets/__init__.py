"""The Sets page: a filter of a set, key by key."""
