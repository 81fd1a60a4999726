"""A small network as exporters write it: what all the others were before they were spoilt."""

from hostile import honest

ATTACK = 29


@honest
def as_it_is(given):
    """Nothing is spoilt."""
