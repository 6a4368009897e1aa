"""What KMS offers: actions, condition keys, grant operations, key specs, key states, services."""
