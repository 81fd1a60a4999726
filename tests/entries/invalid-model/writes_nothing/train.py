"""Ends well, with nothing handed in."""

print("done nothing")
