"""The commands: options and help, nothing else."""
