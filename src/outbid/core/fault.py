"""What cannot be done, told to people: the base of every error whose message is a sentence for the operator."""


class Fault(Exception):
    """Something cannot be done. The message says what is wrong and what would be right; no traceback follows."""
