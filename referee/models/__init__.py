"""The inert artifact: read, refuse, rebuild, evaluate in a child process. No contestant code runs here."""
