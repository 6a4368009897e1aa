"""Two sides of a diff: subjects, or the intents of two revisions or folders, paired key by key."""
