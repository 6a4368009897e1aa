"""Notes on a compiled intent: what a reader should know, though nothing is wrong with it."""
