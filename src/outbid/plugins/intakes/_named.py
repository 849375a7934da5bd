"""What intakes have in common: how many fields a lead may have, and where one of them stands."""

MOST_FIELDS = 500


def pointer(name: str) -> str:
    """The JSON pointer to a field by its dotted name; '' for no name."""
    return "/" + name.replace("~", "~0").replace("/", "~1").replace(".", "/") if name else ""
