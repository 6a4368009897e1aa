"""What a command is given: files, folders, and what options say in a text."""
