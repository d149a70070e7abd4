"""Photos, videos and folders in bulk."""
