"""Stubs of platforms that take leads, from their posting instructions: what they insist on, and what they answer.

They know nothing of the presets, so they can disagree with them. A stub whose request lacks something answers as the
platform does when it is not understood, and never sells.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.buyers import Got
from harness.buyers import http as _http

PAGE = "<html><body>Bad gateway</body></html>"
WORD = "their-word"
"""The value of every secret."""


def form(got: Got) -> dict[str, Any]:
    return dict(parse_qsl(got.body.decode(), keep_blank_values=True))


def query(got: Got) -> dict[str, Any]:
    return dict(parse_qsl(urlsplit(got.path).query, keep_blank_values=True))


def flat(got: Got) -> dict[str, Any]:
    """JSON with dotted names."""

    def walk(value: Any, front: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            return {front[:-1]: value}
        return {name: found for key, part in value.items() for name, found in walk(part, f"{front}{key}.").items()}

    return walk(json.loads(got.body), "")


@dataclass
class Taker:
    """A platform that takes leads.

    wants    for each step what a request must hold, to the letter
    says     what is answered in each mood: a body, or a status and a body
    lost     what is answered to a request that lacks something
    personal a ping tells of the person, for the platform takes none without
    """

    read: Callable[[Got], dict[str, Any]]
    wants: dict[str, dict[str, Any]]
    says: dict[tuple[str, str], str | tuple[int, str]]
    lost: str
    personal: bool = False
    moods: dict[str, str] = field(default_factory=lambda: {"ping": "yes", "post": "yes"})
    faults: list[str] = field(default_factory=list)

    def said(self, step: str, mood: str) -> tuple[int, str]:
        found = PAGE if mood == "nonsense" else self.says[step, mood]
        return found if isinstance(found, tuple) else (200, found)

    def reply(self, step: str) -> Callable[[Got], bytes]:
        """The stub's answers at one of its addresses."""

        def answer(got: Got) -> bytes:
            fields = self.read(got)
            told = [
                f"{name}={fields.get(name)!r}, not {v!r}"
                for name, v in self.wants[step].items()
                if fields.get(name) != v
            ]
            if step == "ping" and not self.personal:
                told += [f"{name} tells of the person" for name, v in fields.items() if v in ("Ann", "ann@example.com")]
            self.faults += told
            status, body = self.said(step, self.moods[step]) if not told else (200, self.lost)
            return _http(status, body.encode())

        return answer


def _xml(text: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}'


_ANN = ("Ann", "Archer", "ann@example.com", "5125550123", "78701")


def person(first: str, last: str, email: str, phone: str, code: str, **more: Any) -> dict[str, Any]:
    """The person by the platform's names."""
    return dict(zip((first, last, email, phone, code), _ANN, strict=True)) | more


def takers() -> dict[str, Taker]:
    """Every stub, anew."""
    return {
        "boberdoo": Taker(
            form,
            {
                "ping": {"Key": WORD, "API_Action": "pingPostLead", "Mode": "ping", "TYPE": "33", "SRC": "outbid",
                         "Return_Best_Price": "1", "Zip": "78701", "State": "TX", "gender": "female"},
                "post": person("First_Name", "Last_Name", "Email", "Primary_Phone", "Zip", Key=WORD, Mode="post",
                               API_Action="pingPostLead", TYPE="33", SRC="outbid", Lead_ID="26635027", tobacco="No"),
            },
            {
                ("ping", "yes"): _xml(
                    "<response><status>Matched</status><lead_type>33</lead_type><lead_id>26635027</lead_id>"
                    "<process_information><total_bids>1</total_bids><unmatched_reason /><best_bid>10.00</best_bid>"
                    "</process_information><bids><bid><bid_id>679</bid_id><seller_lead_bid>10.00</seller_lead_bid>"
                    "</bid></bids></response>"),
                ("ping", "no"): _xml(
                    "<response><status>Unmatched</status><lead_id>26635028</lead_id><process_information>"
                    "<unmatched_reason>No partner</unmatched_reason></process_information></response>"),
                ("post", "yes"): _xml("<response><status>Matched</status><lead_id>26635027</lead_id></response>"),
                ("post", "no"): _xml("<response><status>Unmatched</status><lead_id>26635027</lead_id></response>"),
                ("post", "duplicate"): _xml("<response><status>Error</status><error>Duplicate lead</error></response>"),
            },
            _xml("<response><status>Error</status><errors><error>Invalid SRC</error></errors></response>"),
        ),
        "lead_prosper": Taker(
            flat,
            {
                "ping": {"lp_campaign_id": "6309", "lp_supplier_id": "12465", "lp_key": WORD, "zip_code": "78701"},
                "post": person("first_name", "last_name", "email", "phone", "zip_code", lp_ping_id="p-1", lp_key=WORD,
                               lp_campaign_id="6309", lp_supplier_id="12465", state="TX", ip_address="203.0.113.7"),
            },
            {
                ("ping", "yes"): '{"status":"ACCEPTED","ping_id":"p-1","price":10.0}',
                ("ping", "no"): '{"status":"REJECTED","code":1005,"message":"No buyers"}',
                ("post", "yes"): '{"status":"ACCEPTED","id":"l-1","price":10.0}',
                ("post", "no"): '{"status":"REJECTED","code":1005,"message":"No buyers"}',
                ("post", "duplicate"): '{"status":"DUPLICATED","code":1008,"message":"Seen before"}',
            },
            '{"status":"ERROR","code":1000,"message":"Invalid field"}',
        ),
        "leadspedia": Taker(
            form,
            {
                "ping": {"lp_campaign_id": "5f3c1d", "lp_campaign_key": WORD, "lp_response": "JSON", "state": "TX"},
                "post": person("first_name", "last_name", "email_address", "phone_home", "zip_code", lp_ping_id="77",
                               lp_campaign_id="5f3c1d", lp_campaign_key=WORD, lp_response="JSON"),
            },
            {
                ("ping", "yes"): '{"result":"success","msg":"Ping Accepted","ping_id":"77","price":"10.00"}',
                ("ping", "no"): '{"result":"failed","msg":"Rejected","errors":[{"error":"No coverage"}]}',
                ("post", "yes"): '{"result":"success","msg":"Lead Accepted","lead_id":"901","price":"10.00"}',
                ("post", "no"): '{"result":"failed","msg":"Rejected","errors":[{"error":"No coverage"}]}',
                ("post", "duplicate"): '{"result":"failed","msg":"Duplicate Lead","errors":[]}',
            },
            '{"result":"failed","msg":"Invalid","errors":[{"field":"lp_campaign_key","error":"wrong"}]}',
        ),
        "px": Taker(
            flat,
            {
                "ping": {"ApiToken": WORD, "Vertical": "auto", "ContactData.ZipCode": "78701", "ContactData.State": "TX"},
                "post": {"ApiToken": WORD, "Vertical": "auto", "TransactionId": "T-9",
                         "JornayaLeadId": "01234567-89AB-CDEF-0123-456789ABCDEF"}
                | {f"ContactData.{name}": v for name, v in person(
                    "FirstName", "LastName", "EmailAddress", "PhoneNumber", "ZipCode").items()},
            },
            {
                ("ping", "yes"): '{"TransactionId":"T-9","Success":true,"Payout":10.0,"RedirectUrl":null,"Brands":null,'
                                 '"Message":"","Errors":[],"Sold":null}',
                ("ping", "no"): '{"TransactionId":"T-9","Success":false,"Payout":0.0,"Message":"Unable to monetize"}',
                ("post", "yes"): '{"TransactionId":"T-9","Success":true,"Payout":10.0,"RedirectUrl":"https://n.test/"}',
                ("post", "no"): '{"TransactionId":"T-9","Success":false,"Payout":0.0,"Message":"Unable to monetize"}',
                ("post", "duplicate"): '{"TransactionId":"T-9","Success":false,"Payout":0.0,"Message":"Duplicate"}',
            },
            '{"Success":false,"Message":"Validation","Errors":["Invalid token"]}',
        ),
        "leadexec": Taker(
            form,
            {
                "ping": {"VID": "1201", "LID": "77", "AID": "5402", "password": WORD, "Zip": "78701"},
                "post": person("FirstName", "LastName", "Email", "Phone", "Zip", VID="1201", LID="77", AID="5402",
                               password=WORD, orderid="334455"),
            },
            {
                ("ping", "yes"): _xml(
                    '<PostResponse xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><isValidPost>true</isValidPost>'
                    "<ResponseType>No_Error</ResponseType><LeadIdentifier>334455</LeadIdentifier><Price>10.00</Price>"
                    "</PostResponse>"),
                ("ping", "no"): _xml(
                    "<PostResponse><isValidPost>false</isValidPost><ResponseType>Outside_Criteria</ResponseType>"
                    "<Price>0</Price></PostResponse>"),
                ("post", "yes"): '{"PostID":"x","isValidPost":true,"ResponseType":0,"LeadIdentifier":334455,"Price":10}',
                ("post", "no"): '{"isValidPost":false,"ResponseType":5,"ResponseDetails":"Outside criteria"}',
                ("post", "duplicate"): _xml(
                    "<PostResponse><isValidPost>false</isValidPost><ResponseType>6</ResponseType><ResponseDetails>"
                    "Seen before</ResponseDetails></PostResponse>"),
            },
            _xml("<PostResponse><isValidPost>false</isValidPost><ResponseType>9</ResponseType></PostResponse>"),
        ),
        "cake": Taker(
            form,
            {"post": person("first_name", "last_name", "email_address", "phone_home", "zip_code", ckm_key=WORD,
                            ckm_campaign_id="1042", gender="female")},
            {
                ("post", "yes"): _xml("<result><code>0</code><msg>success</msg><leadid>A1B2</leadid>"
                                      "<price>10.00</price></result>"),
                ("post", "no"): _xml("<result><code>1</code><msg>error</msg><errors><error>No Qualified Buyers Found"
                                     "</error></errors></result>"),
                ("post", "duplicate"): _xml("<result><code>1</code><msg>error</msg><errors><error>Duplicate Lead"
                                            "</error></errors></result>"),
            },
            _xml("<result><code>1</code><msg>error</msg><errors><error>Invalid Post Key</error></errors></result>"),
        ),
        "leadbyte": Taker(
            form,
            {"post": person("firstname", "lastname", "email", "phone1", "postcode", sid=WORD, campid="SOLAR",
                            returnjson="yes", towncity="Austin")},
            {
                ("post", "yes"): '{"code":1,"response":"OK","info":[],"leadId":123456,"processTime":0.12}',
                ("post", "no"): '{"code":-4,"response":"Campaign cap reached","info":[],"leadId":null}',
                ("post", "duplicate"): '{"code":-2,"response":"Resubmission","info":[],"leadId":null}',
            },
            '{"code":-5,"response":"Validation error","info":{"campid":"missing"},"leadId":null}',
        ),
        "linktrust": Taker(
            form,
            {
                "ping": {"AFID": WORD, "Zip": "78701", "State": "TX", "ResponseFormat": "json"},
                "post": person("FirstName", "LastName", "EmailAddress", "Phone", "Zip", AFID=WORD, PingId="P0067-B",
                               ResponseFormat="json"),
            },
            {
                ("ping", "yes"): '{"Accepted":true,"Reason":"Buyer Accepted","LeadId":"L0067","AcceptedPings":['
                                 '{"PingId":"P0067-A","Payout":4},{"PingId":"P0067-B","Payout":10}]}',
                ("ping", "no"): '{"Accepted":"false","ResponseCode":"2004","Reason":"Rejected by all buyers."}',
                ("post", "yes"): '{"status":"Accepted","leadId":"L0461-95","commissionStatus":"Approved",'
                                 '"commission":"","successUrl":"/Lead/276253/Success"}',
                ("post", "no"): '{"status":"Rejected","responseCode":"2004","message":"Rejected by all buyers."}',
                ("post", "duplicate"): '{"status":"Rejected","responseCode":"1100","message":"Duplicate lead."}',
            },
            '{"status":"Rejected","responseCode":"1200","message":"Fname is required."}',
        ),
        "leadconduit": Taker(
            flat,
            {"post": person("first_name", "last_name", "email", "phone_1", "postal_code", state="TX",
                            address_1="12 Main St")},
            {
                ("post", "yes"): (201, '{"outcome":"success","lead":{"id":"5f3c"},"price":10}'),
                ("post", "no"): (201, '{"outcome":"failure","reason":"not in area","lead":{"id":"5f3c"},"price":0}'),
                ("post", "duplicate"): (201, '{"outcome":"failure","reason":"duplicate lead","lead":{"id":"5f3c"}}'),
            },
            '{"outcome":"error","reason":"bad"}',
        ),
        "medicare_exchange": Taker(
            flat,
            {
                "ping": {"vendorId": WORD, "zip": "78701", "birthday": "1957-04-12", "tobacco": False, "gender": "female"},
                "post": person("firstName", "lastName", "email", "phone", "zip", leadAuctionId="123456",
                               ip="203.0.113.7"),
            },
            {
                ("ping", "yes"): '{"response":"success","leadAuctionId":123456,"bid":10}',
                ("ping", "no"): '{"response":"failure"}',
                ("post", "yes"): '{"response":"success"}',
                ("post", "no"): '{"response":"Quota Reached"}',
                ("post", "duplicate"): '{"response":"failure","message":"duplicate"}',
            },
            '{"response":"failure","message":"vendorId"}',
        ),
        "small_crm": Taker(
            form,
            {"post": person("firstname", "lastname", "email", "phone", "zip", key=WORD)},
            {
                ("post", "yes"): "<status>accepted</status>",
                ("post", "no"): "<status>rejected</status>Outside our area & hours",
                ("post", "duplicate"): "<status>rejected</status>Duplicate",
            },
            "<status>rejected</status>Key",
        ),
        "phonexa": Taker(
            form,
            {
                "ping": {"apiId": "4F1C20", "apiPassword": WORD, "productId": "12", "zip": "78701"},
                "post": person("firstName", "lastName", "email", "cellPhone", "zip", apiId="4F1C20", apiPassword=WORD,
                               productId="12", promiseId="pr-5"),
            },
            {
                ("ping", "yes"): '{"id":"8","status":"accepted","price":"10.00","promise_id":"pr-5"}',
                ("ping", "no"): '{"id":"8","status":"reject"}',
                ("post", "yes"): '{"id":"8","status":"sold","price":"10.00","redirect":"https://n.test/r"}',
                ("post", "no"): '{"id":"8","status":"reject"}',
                ("post", "duplicate"): '{"id":"8","status":"reject","message":"Duplicate lead"}',
            },
            '{"status":"error","errors":[{"field":"apiId","error":"missing"}]}',
        ),
        "ringba": Taker(
            flat,
            {
                "ping": {"CID": "15125550123", "exposeCallerId": "yes", "zipcode": "78701"},
                "post": {"callerid": "15125550123", "bidId": "bdb74f", "firstName": "Ann"},
            },
            {
                ("ping", "yes"): '{"bidId":"bdb74f","bidAmount":10.0,"expireInSeconds":60,"phoneNumber":"+15125550199"}',
                ("ping", "no"): '{"bidId":"bdb74f","bidAmount":0,"rejectReason":"1003"}',
                ("post", "yes"): '{"status":"ok"}',
                ("post", "no"): '{"status":"rejected","message":"unknown caller"}',
                ("post", "duplicate"): '{"status":"rejected","message":"duplicate caller"}',
            },
            '{"bidAmount":0,"rejectReason":"Missing required fields"}',
            personal=True,
        ),
        "retreaver": Taker(
            form,
            {
                "ping": {"key": WORD, "publisher_id": "4411", "caller_number": "+15125550123", "caller_zip": "78701"},
                "post": {"key": WORD, "caller_number": "+15125550123", "uuid": "64ce58", "first_name": "Ann"},
            },
            {
                ("ping", "yes"): '{"uuid":"64ce58","status":"reserved","retreaver_payout":10.0,"retreaver_seconds":120,'
                                 '"inbound_number":"+15125550199","expires_at":"2099-05-05T06:26:06.534Z"}',
                ("ping", "no"): "FAILED no buyer available",
                ("post", "yes"): '{"status":"ok"}',
                ("post", "no"): "FAILED unknown caller",
                ("post", "duplicate"): "FAILED duplicate caller",
            },
            "FAILED must include caller_number (string)",
            personal=True,
        ),
    }  # fmt: skip
