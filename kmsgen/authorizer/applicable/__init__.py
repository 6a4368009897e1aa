"""What of a bundle matters for one caller, action and resource."""
