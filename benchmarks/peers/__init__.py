"""Other programs that read faces, measured in turns with this one; each runs in an environment of its own."""
