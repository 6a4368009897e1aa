"""What a file does not tell, and what policies may say in its place: at most, and at least."""
