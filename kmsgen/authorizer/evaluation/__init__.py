"""From the statements and grants that matched to an outcome, and what KMS refuses beside that."""
