"""Printing: answers as text, tables, JSON, JUnit and SARIF."""
