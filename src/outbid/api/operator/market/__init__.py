"""The market over HTTP: nouns, versions, changes, keys, plugins."""
