"""Towns with a ZIP code and an area code that belong to them, and every area code of their states."""

import msgspec

from outbid.plugins.fields._us import STATE_BY_AREA_CODE

_PLACES = """
AK 99501 907 Anchorage
AL 35203 205 Birmingham
AL 36602 251 Mobile
AR 72201 501 Little Rock
AZ 85004 602 Phoenix
AZ 85701 520 Tucson
CA 90012 213 Los Angeles
CA 92101 619 San Diego
CA 93721 559 Fresno
CA 94103 415 San Francisco
CA 95113 408 San Jose
CA 95814 916 Sacramento
CO 80202 303 Denver
CO 80903 719 Colorado Springs
CT 06103 860 Hartford
CT 06604 203 Bridgeport
DC 20001 202 Washington
DE 19801 302 Wilmington
FL 32202 904 Jacksonville
FL 32801 407 Orlando
FL 33130 305 Miami
FL 33602 813 Tampa
GA 30303 404 Atlanta
GA 31401 912 Savannah
HI 96813 808 Honolulu
IA 50309 515 Des Moines
IA 52401 319 Cedar Rapids
ID 83702 208 Boise
IL 60602 312 Chicago
IL 61602 309 Peoria
IL 62701 217 Springfield
IN 46204 317 Indianapolis
IN 46802 260 Fort Wayne
KS 66603 785 Topeka
KS 67202 316 Wichita
KY 40202 502 Louisville
KY 40507 859 Lexington
LA 70112 504 New Orleans
LA 70801 225 Baton Rouge
MA 01608 508 Worcester
MA 02108 617 Boston
MD 20850 301 Rockville
MD 21202 410 Baltimore
ME 04101 207 Portland
MI 48226 313 Detroit
MI 49503 616 Grand Rapids
MN 55401 612 Minneapolis
MN 55802 218 Duluth
MO 63101 314 St. Louis
MO 64106 816 Kansas City
MS 39201 601 Jackson
MT 59101 406 Billings
NC 27601 919 Raleigh
NC 28202 704 Charlotte
ND 58102 701 Fargo
NE 68102 402 Omaha
NH 03101 603 Manchester
NJ 07102 973 Newark
NJ 08608 609 Trenton
NM 87102 505 Albuquerque
NV 89101 702 Las Vegas
NV 89501 775 Reno
NY 10007 212 New York
NY 12207 518 Albany
NY 14202 716 Buffalo
OH 43215 614 Columbus
OH 44114 216 Cleveland
OH 45202 513 Cincinnati
OK 73102 405 Oklahoma City
OK 74103 918 Tulsa
OR 97204 503 Portland
OR 97401 541 Eugene
PA 15222 412 Pittsburgh
PA 19103 215 Philadelphia
RI 02903 401 Providence
SC 29201 803 Columbia
SC 29401 843 Charleston
SD 57104 605 Sioux Falls
TN 37203 615 Nashville
TN 38103 901 Memphis
TX 75201 214 Dallas
TX 77002 713 Houston
TX 78205 210 San Antonio
TX 78701 512 Austin
TX 79901 915 El Paso
UT 84101 801 Salt Lake City
VA 23219 804 Richmond
VA 23510 757 Norfolk
VT 05401 802 Burlington
WA 98101 206 Seattle
WA 99201 509 Spokane
WI 53202 414 Milwaukee
WI 53703 608 Madison
WV 25301 304 Charleston
WY 82001 307 Cheyenne
"""


class Place(msgspec.Struct, frozen=True):
    """A town, and one ZIP code and one area code of it."""

    state: str
    zip: str
    area_code: str
    city: str


PLACES: tuple[Place, ...] = tuple(Place(*line.split(" ", 3)) for line in _PLACES.strip().split("\n"))
_STATES = frozenset(place.state for place in PLACES)
AREA_CODES: tuple[str, ...] = tuple(sorted(code for code, state in STATE_BY_AREA_CODE.items() if state in _STATES))
"""Area codes of all states that have a place here; large states have many, so people spread as they really do."""


def places_of(area_code: str) -> tuple[Place, ...]:
    """Where somebody with this area code may live: in its town, or else anywhere in its state."""
    near = tuple(place for place in PLACES if place.area_code == area_code)
    return near or tuple(place for place in PLACES if place.state == STATE_BY_AREA_CODE[area_code])
