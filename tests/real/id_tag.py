"""The tag with which a test tells the moto server what id a key shall have."""

ID_TAG = "kmsgen-test-key-id"

RAISED = "raised"
"""The alias of an account that had IAM's quota of attached policies raised."""
