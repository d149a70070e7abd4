"""FER-2013, FER+ and faces of one's own as arrays."""
