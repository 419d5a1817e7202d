"""A small blog of our own in CSDN's markup, to try everything on without asking any site."""
