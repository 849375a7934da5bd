"""The sellers' routes, behind a gate that keys of sellers and sources open."""

from litestar import Router

from outbid.api.door.asking import Gate
from outbid.api.door.desk import Desk
from outbid.api.door.doors import SELLER
from outbid.api.door.gated import gated
from outbid.api.instructions.routes import SourceInstructions
from outbid.api.reports.routes import Reporting
from outbid.api.seller.leads import SellerLeads
from outbid.api.seller.money import SellerMoney
from outbid.api.seller.sources import PATH, Sources
from outbid.api.uploads.routes import Uploads


def seller_routes(desk: Desk) -> Router:
    """All of them."""
    handlers = [*SellerLeads(desk).routes(), *Sources(desk).routes(), *SellerMoney(desk).routes()]
    handlers += SourceInstructions(desk, PATH, SELLER).routes()
    handlers += Uploads(desk, PATH, SELLER).routes()
    handlers += Reporting(desk, "seller").routes()
    return gated(desk, Gate(desk, SELLER), handlers)
