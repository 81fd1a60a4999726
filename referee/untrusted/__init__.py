"""Strangers' code: the sandbox that runs it, the clock that stops it, the collector that takes what it leaves behind."""
