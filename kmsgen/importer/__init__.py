"""Import of existing policies: a bundle becomes an intent with the same access, with a list of what no intent can say."""
