"""The booth: the page, its server, and the running camera behind it."""
