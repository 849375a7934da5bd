"""CSV as people write it, and as it is given back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.upload.columns import ColumnFault, fields_of, meanings
from outbid.core.upload.table import TableFault, armed, defused, rows_of, separator_of, written

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(CELLS, min_size=1, max_size=5))
def test_no_cell_that_is_given_back_is_a_formula(cells):
    (row,) = csv.reader(io.StringIO(written(cells).decode(), newline=""))
    assert [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@given(CELLS)
def test_what_was_defused_is_what_it_was_when_it_is_loaded_again(cell):
    assert armed(defused(cell)) == cell or cell.startswith("'")


@pytest.mark.parametrize(
    ("header", "separator"),
    [("a,b;c,d", ","), ("a;b;c", ";"), ("a\tb", "\t"), ("a|b|c,d", "|"), ('"x;y;z",b', ","), ("alone", ",")],
)
def test_the_separator_is_the_sign_that_stands_most_often_outside_of_quotes(header, separator):
    assert separator_of(header) == separator


def test_rows_know_the_line_at_which_they_begin():
    found = list(rows_of(["a,b\n", '"x\n', 'y",1\n', "\n", "2\n", "3,4,5\n"], ","))
    assert [(row.line, row.cells) for row in found[:3]] == [(1, ["a", "b"]), (2, ["x\ny", "1"]), (5, ["2", ""])]
    assert found[3].flaw.startswith("3 cells, but the header has 2")


def test_a_quote_that_is_not_closed_is_told_with_its_line():
    with pytest.raises(TableFault, match="line 2"):
        list(rows_of(["a,b\n", '"x,y\n', "z\n"], ","))


def test_columns_mean_fields_by_their_names_by_the_sellers_names_or_as_is_said():
    header = ["First Name", "MOBILE", "x", "drop", "outbid_line"]
    found = meanings(header, {"x": "email", "drop": ""}, ["first_name", "phone", "email"], {"mobile": "phone"})
    assert found == ["first_name", "phone", "email", "", ""]
    assert fields_of(["Ann", " ", "a@example.com", "1", "7"], found) == {"first_name": "Ann", "email": "a@example.com"}
    with pytest.raises(ColumnFault, match="two columns mean 'phone'"):
        meanings(["phone", "Tel"], {"Tel": "phone"}, ["phone"], {})
    with pytest.raises(ColumnFault, match="no column means a field"):
        meanings(["a"], {"a": ""}, [], {})
