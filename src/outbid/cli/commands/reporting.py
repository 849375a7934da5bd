"""Commands that tell figures: tallies, control, lateness, reports."""

from outbid.cli.commands.adding import Commands, word


def report_commands(commands: Commands) -> None:
    """All of them."""
    _tally_commands(commands)
    _report_command(commands)


def _tally_commands(commands: Commands) -> None:
    tallies = word(
        commands, "tallies", "reports.tallies:show", "Show how many leads and attempts, for how much, how fast."
    )
    control = word(
        commands, "control", "reports.control:show", "Show in how many leads offers take part by their rules of health."
    )
    control.add_argument("offer", nargs="?", default="", help="the steps of this offer, with the figures behind them")
    control.add_argument(
        "--late", action="store_true", help="rather which answers came late, and an estimate of what that cost"
    )
    control.add_argument("--days", type=int, default=31, help="late: of the last so many days (default 31; UTC)")
    tallies.add_argument("--days", type=int, default=1, help="of the last so many days (default 1)")
    tallies.add_argument(
        "--clock", choices=("arrival", "sale"), default="arrival", help="by when a lead came, or was sold"
    )
    tallies.add_argument("--of", choices=("leads", "offers"), default=None, help="rows of leads, or of offers")
    tallies.add_argument("--every", choices=("quarter", "hour", "day"), default=None, help="a row for each of these")
    tallies.add_argument("--zone", default="UTC", help="the time zone in which hours and days begin (default UTC)")
    tallies.add_argument(
        "--by", default="", help="a row for each, with commas: source, campaign, seller, offer, buyer, reason"
    )
    tallies.add_argument("--dimension", default="", help="a row for each value of this dimension")
    for noun in ("source", "campaign", "seller", "offer", "buyer"):
        tallies.add_argument(f"--{noun}", default=None, help=f"only of this {noun}")


def _report_command(commands: Commands) -> None:
    report = word(commands, "report", "reports.report:show", "Show a report: what happened, divided by what.")
    report.add_argument("name", nargs="?", default="", help="the report's name; absent: which there are")
    report.add_argument("--from", dest="since", default="", help="a day or an instant (default: 31 days up to --to)")
    report.add_argument("--to", dest="until", default="", help="a day, contained, or an instant (default: today)")
    report.add_argument("--tz", default="", help="the time zone in which days begin (default: the house's)")
    report.add_argument("--group-by", default="", help="by what rows are divided, with commas, or none")
    report.add_argument("--by", choices=("arrival", "sale"), default=None, help="by when leads came, or were sold")
    report.add_argument("--compare", choices=("previous", "week"), default=None, help="with the time before it")
    for noun in ("source", "campaign", "seller", "offer", "buyer"):
        report.add_argument(f"--{noun}", default=None, help=f"only of this {noun}")
    report.add_argument("--dimension", default="", help="only values of this dimension")
    report.add_argument("--sort", default="", help="a column; falling: --sort=-COLUMN")
    report.add_argument("--limit", type=int, default=100, help="how many rows at most (default 100)")
    report.add_argument("--csv", action="store_true", help="as CSV, with no text that a spreadsheet would run")
