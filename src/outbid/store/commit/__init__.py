"""Group commit: entries gathered, decided under locks and written in one transaction."""
