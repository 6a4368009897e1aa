"""From matched statements and grants to an outcome, and the calls that KMS refuses although they are allowed."""
