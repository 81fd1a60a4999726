"""Values and pure rules: what a class, a competition, a score, a verdict, a rank is. Imports the standard library and numpy."""
