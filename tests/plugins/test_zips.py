"""ZIP codes around one: whoever is near is there, whoever is far is not, and near is the same both ways."""

import pytest

from outbid.plugins.fields.zip import around


def test_the_codes_around_one_are_those_near_it():
    near = around("78701", 10)
    assert {"78701", "78702", "78704"} <= set(near)
    assert not {"77002", "10001"} & set(near)  # Houston and New York
    assert set(near) < set(around("78701", 170)) > {"77002"}
    assert list(near) == sorted(set(near))


@pytest.mark.parametrize("code", ["78701", "10001", "99501", "00601"])
def test_near_is_the_same_both_ways(code):
    for other in around(code, 5):
        assert code in around(other, 5)


def test_nobody_knows_a_code_that_is_not_in_the_table():
    assert around("00000", 25) is None
    assert around("787", 25) is None
