"""How bodies are written and read, whoever they go to or come from: trees of dicts, lists and scalars on one side."""
