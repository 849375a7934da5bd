"""XML: what is written reads back the same, no value breaks out of its place, and nothing hostile does anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.dialect.formats.xml import xml_root, xml_tree, xml_writer
from outbid.core.dialect.mapping import Cdata

DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


def written(tree, root="lead", **more) -> str:
    return xml_writer(root, **more)(tree).decode().removeprefix(DECLARED)


def read(body: bytes):
    root = xml_root(body)
    return None if root is None else xml_tree(root)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ({"zip": "78701", "age": 46, "owns": True}, "<lead><zip>78701</zip><age>46</age><owns>true</owns></lead>"),
        ({"name": {"@lang": "en", "#text": "Ann"}, "@id": 7}, '<lead id="7"><name lang="en">Ann</name></lead>'),
        (
            {"drivers": {"driver": [{"n": "a"}, {"n": "b"}]}},
            "<lead><drivers><driver><n>a</n></driver><driver><n>b</n></driver></drivers></lead>",
        ),
        ({"note": Cdata("<b> & more")}, "<lead><note><![CDATA[<b> & more]]></note></lead>"),
        ({"note": Cdata("a]]>b")}, "<lead><note>a]]&gt;b</note></lead>"),
        ({"note": "<b> & \"'\x00\x0b"}, "<lead><note>&lt;b&gt; &amp; \"'</note></lead>"),
        ({}, "<lead/>"),
    ],
)
def test_a_tree_is_written(tree, text):
    assert written(tree) == text


def test_prefixes_stand_for_namespaces():
    names = {"soap": "http://example.com/soap", "": "http://example.com/lead"}
    tree = {"soap:Body": {"Lead": {"Zip": "78701", "@soap:must": "1", "@kind": "x"}}}
    assert written(tree, "soap:Envelope", namespaces=names) == (
        '<soap:Envelope xmlns:soap="http://example.com/soap" xmlns="http://example.com/lead"><soap:Body>'
        '<Lead soap:must="1" kind="x"><Zip>78701</Zip></Lead></soap:Body></soap:Envelope>'
    )


def test_without_a_root_the_only_key_is_it():
    assert written({"PostData": {"zip": "1"}}, "") == "<PostData><zip>1</zip></PostData>"
    assert written({"a": "1", "b": "2"}, "") == ""


def test_yes_and_no_have_their_words():
    assert written({"a": True, "b": False}, yes="Y", no="N") == "<lead><a>Y</a><b>N</b></lead>"


@pytest.mark.parametrize(
    ("root", "names", "sentence"),
    [
        ("1st", {}, "cannot be the name"),
        ("a:b", {}, "add it to the namespaces"),
        ("a", {"x": ""}, "a prefix and its address"),
        ("a b", {}, "cannot be the name"),
    ],
)
def test_names_that_cannot_be_are_refused(root, names, sentence):
    with pytest.raises(ValueError, match=sentence):
        xml_writer(root, names)


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (
            b"<r><status>Matched</status><price>0.10</price></r>",
            {"r": {"status": "Matched", "price": "0.10"}, "status": "Matched", "price": "0.10"},
        ),
        (b"\xef\xbb\xbf  <?xml version='1.0'?><status> ok </status>", {"status": "ok"}),
        (
            b"<status>rejected</status>Reason given",
            {"_": {"status": "rejected", "#text": "Reason given"}, "status": "rejected", "#text": "Reason given"},
        ),
        (b'<a x="1"><b/><b>2</b></a>', {"a": {"@x": "1", "b": ["", "2"]}, "@x": "1", "b": ["", "2"]}),
        (
            b'<s:E xmlns:s="urn:s"><s:B s:k="1"><R xmlns="urn:r"><![CDATA[<x>]]></R></s:B></s:E>',
            {"E": {"B": {"@k": "1", "R": "<x>"}}, "B": {"@k": "1", "R": "<x>"}},
        ),
        (b"<a><!-- no --><?php no ?>yes</a>", {"a": "yes"}),
        (b'<?xml version="1.0" encoding="nothing-like-it"?><a>1</a>', {"a": "1"}),
        (
            '<?xml version="1.0" encoding="utf-16"?>\n<a><b>Zo\u00eb</b></a>'.encode(),
            {"a": {"b": "Zo\u00eb"}, "b": "Zo\u00eb"},
        ),
        ('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>Zo\u00eb</a>'.encode(), {"a": "Zo\u00eb"}),
        ('\n<?xml version="1.0" encoding="utf-16"?><a>Zo\u00eb</a>'.encode("utf-16"), {"a": "Zo\u00eb"}),
        ('\ufeff<?xml version="1.0" encoding="utf-16"?><a>Zo\u00eb</a>'.encode("utf-16-be"), {"a": "Zo\u00eb"}),
        (b'<?xml version="1.0" encoding="utf-16"?><a/><b>1</b>', {"_": {"a": "", "b": "1"}, "a": "", "b": "1"}),
        (b"<a>one<b>two</b>three</a>", {"a": {"b": "two", "#text": "one three"}, "b": "two", "#text": "one three"}),
    ],
)
def test_a_document_is_read(body, tree):
    assert read(body) == tree


BOMB = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]><a>&y;</a>'


@pytest.mark.parametrize(
    "body",
    [
        b"", b"yes", b"<a", b"<a></b>", b"{}", b"\xff\xfe<a/>", b"<", b"<a>" * 100_000, b"<a>" * 1000 + b"</a>" * 1000,
        BOMB, b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', b"<a>&nothing;</a>",
        b'<?xml version="1.0" encoding="utf-16"?>' + BOMB, BOMB.decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"\xff\xfe\x00\xd8<", ("<a>" + "\u4e00" * 400_000 + "</a>").encode("utf-16"), b"\xff\xfe" + b" " * 1_000_000,
        b"<a>" + b"x" * 1_000_001 + b"</a>",
    ],
)  # fmt: skip
def test_what_is_no_xml_or_hostile_is_nothing(body):
    assert read(body) is None


@given(st.binary() | st.text().map(lambda text: f"<a>{text}</a>".encode("utf-8", "replace")))
def test_nothing_makes_the_reader_fail(body):
    read(body)


NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
TEXTS = (
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(lambda text: text != "")
)
TREES = st.recursive(TEXTS, lambda parts: st.dictionaries(NAMES, parts, min_size=1, max_size=4), max_leaves=12)


@given(st.dictionaries(NAMES, TREES, min_size=1, max_size=5))
def test_what_is_written_reads_back(tree):
    assert read(xml_writer("the-root")(tree))["the-root"] == tree
