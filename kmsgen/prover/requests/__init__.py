"""What a request is made of: the condition keys that tests read, the principals, and the words for them."""
