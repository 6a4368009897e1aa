"""An intent to the files of its folder, and what earlier renders left in it."""
