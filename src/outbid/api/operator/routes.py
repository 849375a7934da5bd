"""The operator's routes, behind one gate."""

from litestar import Router
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from outbid.api.door.asking import Gate
from outbid.api.door.desk import Desk
from outbid.api.door.gated import gated
from outbid.api.instructions.routes import Links, SourceInstructions
from outbid.api.operator.ahead.dry_runs import DryRunsOfChanges
from outbid.api.operator.ahead.hearing import Hearing
from outbid.api.operator.ahead.planned import Planned
from outbid.api.operator.ahead.trying import Trying
from outbid.api.operator.ahead.undoing import Undoing
from outbid.api.operator.ahead.versions import VersionsApart
from outbid.api.operator.beginnings.presets import Presets
from outbid.api.operator.beginnings.start import Starting
from outbid.api.operator.beginnings.verticals import Verticals
from outbid.api.operator.control import Controls
from outbid.api.operator.forms.counting import Counting
from outbid.api.operator.forms.facts import Facts
from outbid.api.operator.forms.schemas import Schemas
from outbid.api.operator.jobs import Jobs
from outbid.api.operator.late import Lateness
from outbid.api.operator.leads.dry_run import DryRuns
from outbid.api.operator.leads.exposure import Exposed
from outbid.api.operator.leads.listing import LEADS, Listing
from outbid.api.operator.leads.looking import Looking
from outbid.api.operator.leads.one import OneLead
from outbid.api.operator.leads.records import Records
from outbid.api.operator.live.hub import Hub
from outbid.api.operator.live.needs import Needed
from outbid.api.operator.live.shell import Shells
from outbid.api.operator.live.stream import Streamed
from outbid.api.operator.live.summary import Summed
from outbid.api.operator.market.history import History
from outbid.api.operator.market.keys import Keys
from outbid.api.operator.market.kinds import PLURALS
from outbid.api.operator.market.nouns import Kind
from outbid.api.operator.market.plugins import Plugins
from outbid.api.operator.market.secrets import Secrets
from outbid.api.operator.market.whole import Whole
from outbid.api.operator.money.accounts import Accounts
from outbid.api.operator.money.deposits import Deposits
from outbid.api.operator.money.ledger import Ledger
from outbid.api.operator.people.attempts import Attempts
from outbid.api.operator.people.invitations import Invitations
from outbid.api.operator.people.me import Mine
from outbid.api.operator.people.roster import People
from outbid.api.operator.people.session import Sessions
from outbid.api.operator.people.settings import SettingsOfHouse
from outbid.api.operator.privacy.erasing import Erasing
from outbid.api.operator.privacy.finding import Finding
from outbid.api.operator.privacy.holding import Holding
from outbid.api.operator.privacy.requests import PrivacyRequests
from outbid.api.operator.seldom import Sparing
from outbid.api.operator.tallies import Tallied
from outbid.api.operator.verdicts.reviewing import Reviewing
from outbid.api.operator.verdicts.settling import Settling
from outbid.api.reports.routes import Reporting
from outbid.api.reports.saved import SavedViews
from outbid.api.suppressions.operator import Suppressions
from outbid.api.uploads.routes import Uploads


def operator_routes(desk: Desk) -> Router:
    """All of them."""
    handlers = [handler for kind in PLURALS for handler in Kind(desk, kind).routes()]
    handlers += [*Whole(desk).routes(), *History(desk).routes(), *Plugins(desk).routes()]
    handlers += [*Keys(desk).routes(), *Secrets(desk).routes(), *people_routes(desk)]
    handlers += [*Schemas().routes(), *Facts(desk).routes(), *Counting(desk).routes()]
    records, hub = Records(desk), Hub(desk)
    handlers += [*Listing(desk).routes(), *OneLead(records).routes(), *Exposed(records).routes()]
    handlers += [*Looking(desk, records).routes(), *Accounts(desk).routes(), *Ledger(desk).routes()]
    handlers += [*Deposits(desk).routes(), *Jobs(desk).routes(), *Tallied(desk).routes(), *Controls(desk).routes()]
    handlers += [*Sparing(desk).routes(), *Lateness(desk).routes(), *Verticals().routes(), *Presets().routes()]
    handlers += [*PrivacyRequests(desk).routes(), *SourceInstructions(desk).routes(), *Links(desk).routes()]
    handlers += [*Settling(desk).routes(), *Reviewing(desk).routes(), *DryRuns(desk).routes()]
    handlers += [
        *Trying(desk, records).routes(),
        *DryRunsOfChanges(desk).routes(),
        *VersionsApart(desk).routes(),
        *Undoing(desk).routes(),
        *Planned(desk).routes(),
        *Hearing(desk).routes(),
        *Uploads(desk).routes(),
        *Streamed(desk, hub).routes(),
        *Summed(desk, hub.names).routes(),
        *Shells(desk).routes(),
        *Needed(desk).routes(),
        *Finding(desk).routes(),
        *Holding(desk, records).routes(),
        *Erasing(desk).routes(),
        *Starting(desk).routes(),
        *Suppressions(desk).routes(),
        *Reporting(desk).routes(),
        *SavedViews(desk).routes(),
    ]
    router = gated(desk, Gate(desk), handlers)
    _leave_options(router, LEADS)
    return router


def people_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """Those of the house's people, who share their buckets of guesses."""
    attempts = Attempts(desk)
    return [
        *Sessions(desk, attempts).routes(),
        *Mine(desk, attempts).routes(),
        *People(desk).routes(),
        *Invitations(desk, attempts).routes(),
        *SettingsOfHouse(desk).routes(),
    ]


def _leave_options(router: Router, path: str) -> None:
    """Leave OPTIONS at a path to the application, which has a route there too: the framework takes it only once."""
    for found in router.routes:
        if isinstance(found, HTTPRoute) and found.path == path:
            found.route_handlers = [
                handler for handler in found.route_handlers if HttpMethod.OPTIONS not in handler.http_methods
            ]
