"""What exists to an intent that gives the same access: bundle to the text of an intent, and what no intent can say."""
