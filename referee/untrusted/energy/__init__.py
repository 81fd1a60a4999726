"""Joules, measured outside the sandbox: a file for each kind of meter."""
