"""A live account, read only: calls to AWS, answered as the AWS command line prints them, read as its files are."""
