"""The site: a league as Markdown pages. Pure; what carries the pages into a generator is an adapter."""
