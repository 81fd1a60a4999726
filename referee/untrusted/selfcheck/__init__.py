"""Hostile programs that ship with the referee: what they try on this machine, in its sandbox, must not get through."""

from referee.untrusted.selfcheck.probe import End, Finding, Probe
from referee.untrusted.selfcheck.running import check
from referee.untrusted.selfcheck.table import probes

__all__ = ["End", "Finding", "Probe", "check", "probes"]
