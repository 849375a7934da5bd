"""The buyers' routes, behind a gate that keys of buyers open."""

from litestar import Router

from outbid.api.buyer.control import BuyerSteps
from outbid.api.buyer.late import BuyerLateness
from outbid.api.buyer.leads import BoughtLeads
from outbid.api.buyer.money import BuyerMoney
from outbid.api.buyer.notices import Notices
from outbid.api.buyer.offers import Offers
from outbid.api.buyer.proofs import Proofs
from outbid.api.buyer.sales import Sales
from outbid.api.door.asking import Gate
from outbid.api.door.desk import Desk
from outbid.api.door.doors import BUYER
from outbid.api.door.gated import gated
from outbid.api.reports.routes import Reporting
from outbid.api.suppressions.buyer import BuyerSuppressions


def buyer_routes(desk: Desk) -> Router:
    """All of them."""
    return gated(
        desk,
        Gate(desk, BUYER),
        [
            *Sales(desk).routes(),
            *BoughtLeads(desk).routes(),
            *Offers(desk).routes(),
            *BuyerSteps(desk).routes(),
            *BuyerLateness(desk).routes(),
            *Proofs(desk).routes(),
            *Notices(desk).routes(),
            *BuyerMoney(desk).routes(),
            *BuyerSuppressions(desk).routes(),
            *Reporting(desk, "buyer").routes(),
        ],
    )
