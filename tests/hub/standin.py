"""A stand-in for GitHub: its API, checked against its own OpenAPI document, and git over HTTP, on one real repository."""

from standin_changes import Mode
from standin_hub import GitHub
from standin_log import Event, Request
from standin_state import BOT, Run

__all__ = ["BOT", "Event", "GitHub", "Mode", "Request", "Run"]
