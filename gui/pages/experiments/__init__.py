"""The page on which runs are started."""
