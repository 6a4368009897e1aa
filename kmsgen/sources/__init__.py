"""Input files (templates, plans, AWS CLI output, scenarios, bare policies, live accounts), each read to a bundle."""
