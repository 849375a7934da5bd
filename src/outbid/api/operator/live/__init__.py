"""What the operator's portal shows of now: a tick a second, six figures, what needs him, what is missing yet."""
