"""The referee: the one place that orders the steps of a game."""
