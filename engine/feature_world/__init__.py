"""The simple information-gathering game: objects with features, a hidden rule that pays."""
