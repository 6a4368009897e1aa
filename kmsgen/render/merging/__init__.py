"""The IAM policies of all intents of a run, one set a principal: IAM attaches ten managed policies to a role by default."""
