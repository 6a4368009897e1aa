"""What git knows of the repository that a command runs in."""
