"""What `terraform show -json` prints of plans and states: resources, the configuration they come from, and policies."""
