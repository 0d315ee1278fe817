"""One folder a page of the window."""
