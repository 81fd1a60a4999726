"""What people read: pure functions from values to text, tables and pages. Contestants' strings are hostile here."""
