"""The one exception of this package: a request that is not sent at all."""


class Refused(ValueError):
    """The request or its target breaks a rule, found before anything was done.

    `reason` is `bad_request` or `address_refused`; the text is a sentence for people.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
