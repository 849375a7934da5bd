"""Files of leads by HTTP: sent, looked at, watched, given back where lines are bad."""
