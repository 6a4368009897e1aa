"""A second, slow reading of the rules of KMS authorization, written from AWS's pages alone.

It shares data with the package (actions, shapes of policies), and no code with the authorizer.
"""
