"""Tables for the terminal."""

from collections.abc import Iterable, Sequence

PIPED_WIDTH = 400


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under a head; numbers to the right. Colours and lines only where a terminal shows them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    lines = [tuple(row) for row in rows]
    for i, title in enumerate(head):
        numbers = bool(lines) and all(_is_number(line[i]) for line in lines)
        table.add_column(title, justify="right" if numbers else "left", overflow="fold")
    for line in lines:
        table.add_row(*line)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = PIPED_WIDTH  # nothing wraps where another program reads
    console.print(table)


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).replace(",", "").isdigit()
