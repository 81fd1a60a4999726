"""This machine: what it is, whether it is free, how fast it is, and that nobody else plays on it."""
