"""FER-2013 as people have it, FER+'s votes, and the prepared file that training and evaluation read."""
