"""Strict YAML into values, values into YAML, the folders of a league, the host's draws."""
