"""A second, slow reading of the rules of KMS authorization, made from AWS's documentation alone.

It takes scenarios as plain data and has tables of its own (`data/`). It shares no code and no data with the package that it
judges, so that an error of the one cannot hide in the other. What the documentation leaves open is open here too: neither true
nor false. `decide` gives the verdict; each module names the pages that it was made from.
"""
