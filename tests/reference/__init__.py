"""A second, slow reading of the rules of KMS authorization, written from AWS's pages alone: it shares no code with the authorizer."""
