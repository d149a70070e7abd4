"""Who reads the emotions on a face."""
