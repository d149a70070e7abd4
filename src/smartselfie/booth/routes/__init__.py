"""What can be asked of the booth over HTTP, one file a subject."""
