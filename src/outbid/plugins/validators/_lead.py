"""What a validator sees of a lead."""

from collections.abc import Mapping
from typing import Protocol

from outbid.core.lead.value import Scalar, Value


class LeadView(Protocol):
    """The lead as it came, read by its campaign's field types.

    values    every declared field of the campaign, in its order; ABSENT where nothing came
    facts     what is known of the lead without the person
    source    the number of the source that sent it
    campaign  the number of its campaign
    """

    @property
    def values(self) -> Mapping[str, Value]: ...

    @property
    def facts(self) -> Mapping[str, Scalar]: ...

    @property
    def source(self) -> int: ...

    @property
    def campaign(self) -> int: ...
