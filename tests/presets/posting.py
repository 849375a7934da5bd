"""Stubs of sellers whose software posts to platforms, from their posting instructions: how they write, how they read.

They know nothing of the presets, so they can disagree with them.
"""

import json
import xml.etree.ElementTree as tree
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from harness.house import Answer

FORM = "Content-Type: application/x-www-form-urlencoded"
JSON = "Content-Type: application/json"
XML = "Content-Type: application/xml"


@dataclass
class Request:
    """What is sent: a method, what follows the source's address, a body."""

    method: str
    rest: str
    body: bytes = b""
    headers: tuple[str, ...] = ()


@dataclass
class Understood:
    """What the software takes an answer for: `yes`, `no`, `duplicate` or `error`, and what else it finds in it."""

    word: str
    price: str | None = None
    token: str | None = None
    detail: str = ""


@dataclass
class Seller:
    """A seller's software.

    words   from our fields to the platform's
    fixed   for each step what stands in every request; KEY is the key; a name that begins with ? stands in the address
    write   the step's request
    read    (step, answer) → what it takes it for
    token   under which name the ping's id goes back
    """

    words: Mapping[str, str]
    fixed: Mapping[str, Mapping[str, str]]
    write: Callable[[str, dict[str, Any]], Request]
    read: Callable[[str, Answer], Understood]
    token: str = ""

    @property
    def path(self) -> str:
        """Where posts go, behind the source's address."""
        return self.write("post", {}).rest.partition("?")[0]

    def request(self, step: str, lead: Mapping[str, Any], key: str, token: str | None = None) -> Request:
        personal = step == "ping" and "CID" not in self.words.values() and "caller_number" not in self.words.values()
        told = {self.words.get(n, n): v for n, v in lead.items() if not (personal and n in PERSONAL)}
        fixed = {name: key if value == "KEY" else value for name, value in self.fixed[step].items()}
        told |= {name: value for name, value in fixed.items() if name[0] != "?"}
        made = self.write(step, told | ({self.token: token} if token else {}))
        in_address = {name[1:]: value for name, value in fixed.items() if name[0] == "?"}
        if in_address:
            made.rest += f"?{urlencode(in_address)}"
        return made


PERSONAL = ("first_name", "last_name", "email", "phone", "street", "birth_date")


def texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: {True: "Yes", False: "No"}.get(value, str(value)) if isinstance(value, bool) else str(value)
            for name, value in fields.items()}  # fmt: skip


def form_at(**paths: str) -> Callable[[str, dict[str, Any]], Request]:
    return lambda step, fields: Request("POST", paths[step], urlencode(texts(fields)).encode(), (FORM,))


def query_at(**paths: str) -> Callable[[str, dict[str, Any]], Request]:
    return lambda step, fields: Request("GET", f"{paths[step]}?{urlencode(texts(fields))}")


def json_at(**paths: str) -> Callable[[str, dict[str, Any]], Request]:
    return lambda step, fields: Request("POST", paths[step], json.dumps(nested(fields)).encode(), (JSON,))


def xml_at(root: str, **paths: str) -> Callable[[str, dict[str, Any]], Request]:
    def write(step: str, fields: dict[str, Any]) -> Request:
        made = tree.Element(root)
        for name, value in texts(fields).items():
            at = made
            for part in name.split("."):
                found = at.find(part)
                at = tree.SubElement(at, part) if found is None else found
            at.text = value
        return Request("POST", paths[step], tree.tostring(made), (XML,))

    return write


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in fields.items():
        *outer, last = name.split(".")
        at = made
        for part in outer:
            at = at.setdefault(part, {})
        at[last] = value
    return made


def price_in(value: Any) -> str | None:
    return None if value in (None, "") else f"{float(value):.2f}"


def _boberdoo(found: Callable[[str], str | None]) -> Understood:
    if found("status") == "Matched":
        return Understood("yes", price_in(found("price")), found("lead_id"))
    told = f"{found('error')} {found('errors')}"
    return Understood({"Unmatched": "no"}.get(found("status") or "", "duplicate" if "uplicate" in told else "error"),
                      detail=told)  # fmt: skip


def boberdoo_xml(step: str, answer: Answer) -> Understood:
    root = tree.fromstring(answer.body)
    assert root.tag == "response"
    errors = " ".join(each.text or "" for each in root.findall("errors/error"))
    return _boberdoo(lambda name: errors if name == "errors" else root.findtext(name))


def boberdoo_json(step: str, answer: Answer) -> Understood:
    told = answer.json["response"]
    return _boberdoo(lambda name: str(told.get(name)) if name in told else None)


def lead_prosper(step: str, answer: Answer) -> Understood:
    told = answer.json
    assert answer.status == 200
    word = {"ACCEPTED": "yes", "DUPLICATED": "duplicate", "REJECTED": "no", "ERROR": "error"}[told["status"]]
    if word != "yes":
        assert isinstance(told["code"], int)
    return Understood(word, price_in(told.get("price")), told.get("ping_id"), str(told.get("errors")))


def _leadspedia(result: str, msg: str, price: Any, token: str | None, errors: str) -> Understood:
    if result == "success":
        return Understood("yes", price_in(price), token)
    assert result == "failed"
    word = "duplicate" if "Duplicate" in msg else "no" if "No Buyers" in msg else "error"
    return Understood(word, detail=f"{msg} {errors}")


def leadspedia_json(step: str, answer: Answer) -> Understood:
    told = answer.json
    return _leadspedia(told["result"], told["msg"], told.get("price"), told.get("ping_id"), str(told.get("errors")))


def leadspedia_xml(step: str, answer: Answer) -> Understood:
    root = tree.fromstring(answer.body)
    errors = " ".join(each.findtext("field") or "" for each in root.findall("errors"))
    return _leadspedia(root.findtext("result") or "", root.findtext("msg") or "", root.findtext("price"),
                       root.findtext("ping_id"), errors)  # fmt: skip


def px_json(step: str, answer: Answer) -> Understood:
    told = answer.json
    assert isinstance(told["Success"], bool)
    if told["Success"]:
        return Understood("yes", price_in(told["Payout"]), told["TransactionId"])
    assert told["Payout"] == 0
    return Understood(_px_no(told["Message"]), detail=str(told.get("Errors")))


def px_xml(step: str, answer: Answer) -> Understood:
    root = tree.fromstring(answer.body)
    if root.findtext("Success") == "true":
        return Understood("yes", price_in(root.findtext("Payout")), root.findtext("TransactionId"))
    return Understood(_px_no(root.findtext("Message") or ""), detail=answer.body.decode())


def _px_no(message: str) -> str:
    return {"Duplicate": "duplicate", "Unable to monetize": "no"}.get(message, "error")


def leadexec_xml(step: str, answer: Answer) -> Understood:
    root = tree.fromstring(answer.body)
    assert root.tag == "PostResponse"
    return _leadexec({each.tag: each.text or "" for each in root}, answer)


def leadexec_json(step: str, answer: Answer) -> Understood:
    return _leadexec({name: str(value) for name, value in answer.json.items()}, answer)


def _leadexec(told: dict[str, str], answer: Answer) -> Understood:
    if told["isValidPost"] == "true":
        assert told["ResponseType"] == "0"
        return Understood("yes", price_in(told["Price"]), told["LeadIdentifier"])
    word = {"5": "no", "6": "duplicate", "1": "error", "4": "error", "7": "error", "9": "error"}[told["ResponseType"]]
    return Understood(word, detail=answer.body.decode())


def cake(step: str, answer: Answer) -> Understood:
    root = tree.fromstring(answer.body)
    assert root.tag == "result"
    if root.findtext("code") == "0":
        assert root.findtext("msg") == "success"
        return Understood("yes", price_in(root.findtext("price")), root.findtext("leadid"))
    error = " ".join(each.text or "" for each in root.findall("errors/error"))
    return Understood(
        {"Duplicate Lead": "duplicate", "No Qualified Buyers Found": "no"}.get(error, "error"), detail=error
    )


def leadbyte(step: str, answer: Answer) -> Understood:
    told = answer.json
    assert isinstance(told["code"], int)
    if told["code"] == 1:
        assert told["response"] == "OK"
        return Understood("yes", price_in(told["price"]), told["leadId"])
    return Understood({-2: "duplicate", -4: "no"}.get(told["code"], "error"), detail=str(told))


def linktrust(step: str, answer: Answer) -> Understood:
    told = answer.json
    if step == "ping":
        if told["Accepted"] is True:
            return Understood("yes", price_in(told["AcceptedPings"][0]["Payout"]), told["AcceptedPings"][0]["PingId"])
        word = {"2004": "no", "1100": "duplicate"}.get(told["ResponseCode"], "error")
        return Understood(word, detail=told["Reason"])
    if told["status"] == "Accepted":
        return Understood("yes", price_in(told["commission"]), told["leadId"])
    word = {"2004": "no", "1100": "duplicate"}.get(told["responseCode"], "error")
    return Understood(word, detail=f"{told['message']} {told.get('failedDataField')}")


def leadconduit_json(step: str, answer: Answer) -> Understood:
    told = answer.json
    return _leadconduit(
        told["outcome"], told.get("reason", ""), told.get("price"), told.get("lead", {}).get("id"), answer
    )


def leadconduit_xml(step: str, answer: Answer) -> Understood:
    root = tree.fromstring(answer.body)
    assert root.tag == "result"
    return _leadconduit(root.findtext("outcome") or "", root.findtext("reason") or "", root.findtext("price"),
                        root.findtext("lead/id"), answer)  # fmt: skip


def _leadconduit(outcome: str, reason: str, price: Any, lead: str | None, answer: Answer) -> Understood:
    if outcome == "success":
        assert answer.status == 201
        return Understood("yes", price_in(price), lead)
    assert outcome == "failure"
    word = "duplicate" if "uplicate" in reason else "no" if answer.status == 201 and ":" not in reason else "error"
    return Understood(word, detail=reason)


def medicare(step: str, answer: Answer) -> Understood:
    told = answer.json
    if told["response"] == "success":
        return Understood("yes", price_in(told["bid"]), told["leadAuctionId"])
    assert told["response"] in ("failure", "Quota Reached")
    word = "duplicate" if told["message"] == "duplicate" else "error" if "errors" in told else "no"
    return Understood(word, detail=str(told))


def small_crm(step: str, answer: Answer) -> Understood:
    text = answer.body.decode()
    if text == "<status>accepted</status>":
        return Understood("yes")
    assert text.startswith("<status>rejected</status>")
    why = text.removeprefix("<status>rejected</status>")
    return Understood({"Duplicate": "duplicate", "No buyer": "no"}.get(why, "error"), detail=why)


def phonexa(step: str, answer: Answer) -> Understood:
    told = answer.json
    if told["status"] in ("sold", "accepted"):
        return Understood("yes", price_in(told["price"]), told.get("promise_id"))
    word = {"reject": "no", "error": "error"}[told["status"]]
    return Understood("duplicate" if "Duplicate" in told["message"] else word, detail=str(told))


def ringba(step: str, answer: Answer) -> Understood:
    told = answer.json
    if step == "post":
        word = "yes" if told["status"] == "ok" else {"Duplicate caller": "duplicate", "No buyer for the caller": "no"}
        return Understood(word if isinstance(word, str) else word.get(told["rejectReason"], "error"), detail=str(told))
    if told["bidAmount"] > 0:
        assert told["phoneNumber"] == "+15125550199"
        assert told["expireInSeconds"] == 60
        return Understood("yes", price_in(told["bidAmount"]), told["bidId"])
    word = {"1002": "no", "1003": "no"}.get(told["rejectReason"], "error")
    return Understood("duplicate" if "230" in told["rejectReason"] else word, detail=told["rejectReason"])


def retreaver(step: str, answer: Answer) -> Understood:
    told = answer.json
    if told["status"] == "reserved":
        assert told["inbound_number"] == "+15125550199"
        assert told["expires_at"].endswith("Z")
        return Understood("yes", price_in(told["retreaver_payout"]), told["uuid"])
    if told["status"] == "ok":
        return Understood("yes")
    assert told["status"].startswith("FAILED ")
    word = "duplicate" if "duplicate caller" in told["status"] else "no" if "no buyer" in told["status"] else "error"
    return Understood(word, detail=told["status"])


def names(first: str, last: str, email: str, phone: str, street: str, code: str, **more: str) -> dict[str, str]:
    ours = ("first_name", "last_name", "email", "phone", "street", "zip")
    return dict(zip(ours, (first, last, email, phone, street, code), strict=True)) | more


_BOBERDOO = names("First_Name", "Last_Name", "Email", "Primary_Phone", "Address", "Zip", city="City", state="State",
                  ip="IP_Address", tcpa_consent="TCPA_Consent", tcpa_text="TCPA_Language",
                  landing_page="Landing_Page", user_agent="User_Agent", jornaya_lead_id="LeadiD_Token")  # fmt: skip
_LEADSPEDIA = names("first_name", "last_name", "email_address", "phone_home", "address", "zip_code", ip="ip_address")
_PX = {ours: f"ContactData.{theirs}" for ours, theirs in names(
    "FirstName", "LastName", "EmailAddress", "PhoneNumber", "Address", "ZipCode", city="City", state="State",
    ip="IpAddress").items()} | {"tcpa_text": "TcpaText", "user_agent": "UserAgent"}  # fmt: skip
_LEADEXEC = names("FirstName", "LastName", "Email", "Phone", "Address", "Zip", state="State", city="City")
_LEADCONDUIT = names("first_name", "last_name", "email", "phone_1", "address_1", "postal_code", ip="ip_address")
_BOBERDOO_FIXED = {
    "ping": {"Key": "KEY", "API_Action": "pingPostLead", "Mode": "ping", "TYPE": "33", "Return_Best_Price": "1"},
    "post": {"Key": "KEY", "API_Action": "pingPostLead", "Mode": "post", "TYPE": "33"},
}


def _both(**fixed: str) -> dict[str, dict[str, str]]:
    return {"ping": fixed, "post": fixed}


_ADDRESSED = _both(**{"?key": "KEY"})
"""The platform's requests have no key; ours stands in the address that the seller was told."""


SELLERS: dict[str, tuple[str, str, Seller]] = {
    "boberdoo by form": ("boberdoo", "xml", Seller(
        _BOBERDOO, _BOBERDOO_FIXED, form_at(ping="genericPostlead.php", post="genericPostlead.php"), boberdoo_xml,
        "Lead_ID")),
    "boberdoo by query": ("boberdoo", "json", Seller(
        _BOBERDOO, _BOBERDOO_FIXED, query_at(ping="new_api/api.php", post="new_api/api.php"), boberdoo_json, "Lead_ID")),
    "Lead Prosper": ("lead_prosper", "", Seller(
        names("first_name", "last_name", "email", "phone", "address", "zip_code", ip="ip_address"),
        _both(lp_campaign_id="6309", lp_supplier_id="12465", lp_key="KEY"), json_at(ping="ping", post="direct_post"),
        lead_prosper, "lp_ping_id")),
    "LeadsPedia in JSON": ("leadspedia", "json", Seller(
        _LEADSPEDIA, _both(lp_campaign_id="5f", lp_campaign_key="KEY", lp_response="JSON"),
        form_at(ping="ping.do", post="post.do"), leadspedia_json, "lp_ping_id")),
    "LeadsPedia in XML": ("leadspedia", "xml", Seller(
        _LEADSPEDIA, _both(lp_campaign_id="5f", lp_campaign_key="KEY", lp_response="XML"),
        query_at(ping="ping.do", post="post.do"), leadspedia_xml, "lp_ping_id")),
    "PX in JSON": ("px", "json", Seller(
        _PX, _both(ApiToken="KEY", Vertical="auto"), json_at(ping="api/lead/ping", post="api/lead/post"), px_json,
        "TransactionId")),
    "PX in XML": ("px", "xml", Seller(
        _PX, _both(ApiToken="KEY", Vertical="auto"), xml_at("Lead", ping="api/lead/ping", post="api/lead/post"), px_xml,
        "TransactionId")),
    "LeadExec by form": ("leadexec", "xml", Seller(
        _LEADEXEC, _both(VID="1", LID="2", AID="3", password="KEY"), form_at(ping="ping", post="insert/general/xml"),
        leadexec_xml, "orderid")),
    "LeadExec by JSON": ("leadexec", "json", Seller(
        _LEADEXEC, _both(VID="1", LID="2", AID="3", password="KEY"), json_at(ping="ping", post="insert/general/json"),
        leadexec_json, "orderid")),
    "CAKE": ("cake", "", Seller(
        names("first_name", "last_name", "email_address", "phone_home", "address", "zip_code", ip="ip_address"),
        _both(ckm_campaign_id="1042", ckm_key="KEY"), query_at(post="d.ashx"), cake)),
    "CAKE by XML": ("cake", "", Seller(
        names("first_name", "last_name", "email_address", "phone_home", "address", "zip_code", ip="ip_address"),
        _both(**{"?ckm_campaign_id": "1042", "?ckm_key": "KEY"}), xml_at("lead", post="d.ashx"), cake)),
    "LeadByte": ("leadbyte", "", Seller(
        names("firstname", "lastname", "email", "phone1", "street1", "postcode", state="county", city="towncity",
              ip="ipaddress"),
        _both(campid="SOLAR", sid="KEY", returnjson="yes"), form_at(post="api/submit.php"), leadbyte)),
    "LinkTrust": ("linktrust", "", Seller(
        names("FirstName", "LastName", "EmailAddress", "Phone", "Address1", "Zip", state="State", city="City"),
        _both(AFID="KEY", ResponseFormat="json"), form_at(ping="Lead/1/Ping", post="Lead/1/SimplePost"), linktrust,
        "PingId")),
    "LeadConduit by form": ("leadconduit", "json", Seller(
        _LEADCONDUIT, _ADDRESSED, form_at(post="flows/5f/sources/77/submit"), leadconduit_json)),
    "LeadConduit by JSON": ("leadconduit", "json", Seller(
        _LEADCONDUIT, _ADDRESSED, json_at(post="flows/5f/sources/77/submit"), leadconduit_json)),
    "LeadConduit by XML": ("leadconduit", "xml", Seller(
        _LEADCONDUIT, _ADDRESSED, xml_at("lead", post="flows/5f/sources/77/submit"), leadconduit_xml)),
    "a Medicare exchange": ("medicare_exchange", "", Seller(
        names("firstName", "lastName", "email", "phone", "address", "zip", birth_date="birthday"),
        _both(vendorId="KEY"), json_at(ping="ping", post="post"), medicare, "leadAuctionId")),
    "a small CRM": ("small_crm", "", Seller(
        names("firstname", "lastname", "email", "phone", "address", "zip"), _both(key="KEY"), query_at(post="lead.php"),
        small_crm)),
    "Phonexa": ("phonexa", "", Seller(
        names("firstName", "lastName", "email", "cellPhone", "address", "zip", ip="userIp"),
        _both(apiId="4F", apiPassword="KEY", productId="12"), form_at(ping="ping/", post="lead/"), phonexa, "promiseId")),
    "Ringba": ("ringba", "", Seller(
        names("firstName", "lastName", "email", "CID", "street", "zipcode", state="State"),
        _both(exposeCallerId="yes", **{"?key": "KEY"}), json_at(ping="0a1b2c.json", post="enrich"), ringba, "bidId")),
    "Retreaver": ("retreaver", "", Seller(
        names("first_name", "last_name", "email", "caller_number", "street", "caller_zip", state="caller_state"),
        _both(key="KEY"), form_at(ping="rtbs.json", post="data_writing"), retreaver, "uuid")),
}  # fmt: skip

TEST_FLAGS = {
    "boberdoo by form": ("Test_Lead", "1"),
    "Lead Prosper": ("lp_action", "test"),
    "LeadsPedia in JSON": ("lp_test", "1"),
    "CAKE": ("ckm_test", "1"),
    "Phonexa": ("testMode", "1"),
}
"""What marks a test on the platforms that document a mark."""
