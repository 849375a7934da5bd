"""Jobs of one batch: those that name leads are put as one, the others each."""

import msgspec

from outbid.store.commit.entry import Job, job_rows


def of_lead(number: int, run_at_ms: int) -> Job:
    return Job(bytes([number]) * 16, "notice", f"notice {number}", b"", run_at_ms, (f"{number:032x}",))


def test_all_leads_of_a_batch_are_in_one_job_that_is_due_when_the_first_is():
    settle = Job(b"s" * 16, "settle", "doubt 1", b"{}", 9)
    rows = job_rows([of_lead(1, 30), settle, of_lead(2, 20)])
    assert rows[0] == (b"s" * 16, "settle", "doubt 1", b"{}", 9)
    (_, joined) = rows
    assert (joined[:3], joined[4]) == ((bytes([1]) * 16, "notice", "notice 1"), 20)
    assert msgspec.json.decode(joined[3]) == {"leads": [f"{1:032x}", f"{2:032x}"]}
    assert job_rows([]) == []
