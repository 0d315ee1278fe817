"""The Memory page: where a network writes, what it reads, and how the two meet."""
