"""Live accounts, read only: answers of AWS in the form of AWS CLI output, and read as that."""
