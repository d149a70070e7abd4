"""The booth: a page at localhost with the live picture, the count towards the photo, and the photos as they come."""
