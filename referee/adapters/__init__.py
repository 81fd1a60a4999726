"""Where the world calls in: the command line, MkDocs. The only floor that prints, exits or talks to the outside."""
