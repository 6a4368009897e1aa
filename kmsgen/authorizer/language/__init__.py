"""What a policy says: its texts, operators, variables, statements and principals compiled to tests; no request in sight."""
