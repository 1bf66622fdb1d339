"""People, units, posts, substitutes; ``permissions`` answers "may X do Y" in one place."""
