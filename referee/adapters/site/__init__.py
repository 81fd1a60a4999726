"""What carries the pages of `presentation.site` into a generator of sites: MkDocs' hook, and the export for others."""
