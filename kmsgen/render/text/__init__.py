"""The text of what is rendered: templates, policies in JSON, YAML, words of a shell."""
