"""A request that is refused: a reason code, its HTTP status, and everything that is wrong."""

from collections.abc import Mapping
from typing import Final

from outbid.core.answer import Error

STATUS: Final[Mapping[str, int]] = {
    "parameter_faulty": 400,
    "secret_name_faulty": 400,
    "body_not_json": 400,
    "key_missing": 401,
    "key_unknown": 401,
    "session_unknown": 401,
    "login_failed": 401,
    "code_wanted": 401,
    "code_wrong": 401,
    "key_not_allowed": 403,
    "role_not_allowed": 403,
    "codes_missing": 403,
    "password_wrong": 403,
    "csrf_missing": 403,
    "noun_unknown": 404,
    "version_unknown": 404,
    "lead_unknown": 404,
    "job_unknown": 404,
    "dry_run_unknown": 404,
    "planned_change_unknown": 404,
    "proof_unknown": 404,
    "link_unknown": 404,
    "person_unknown": 404,
    "upload_unknown": 404,
    "report_unknown": 404,
    "view_unknown": 404,
    "report_too_long": 422,
    "report_faulty": 500,
    "csv_faulty": 422,
    "columns_faulty": 422,
    "list_too_long": 413,
    "file_too_large": 413,
    "sale_unknown": 404,
    "secret_unknown": 404,
    "vertical_unknown": 404,
    "preset_unknown": 404,
    "market_moved": 409,
    "secret_in_use": 409,
    "last_owner": 409,
    "codes_wanted_already": 409,
    "person_wanted": 409,
    "deposit_differs": 409,
    "dry_runs_full": 409,
    "planned_change_over": 409,
    "job_not_dead": 409,
    "offer_is_full": 409,
    "job_open_already": 409,
    "change_built_upon": 409,
    "lead_not_in_review": 409,
    "lead_reviewed": 409,
    "lead_not_settled": 409,
    "leads_differ": 409,
    "request_answered": 409,
    "request_unknown": 404,
    "sale_not_uncertain": 409,
    "sale_settling": 409,
    "lead_erased": 410,
    "version_old": 412,
    "slug_taken": 412,
    "document_too_large": 413,
    "media_type_unknown": 415,
    "body_faulty": 422,
    "market_faulty": 422,
    "precondition_missing": 428,
    "too_many_requests": 429,
    "login_throttled": 429,
    "fault": 500,
    "database_away": 503,
    "streams_full": 503,
}
"""Under which status each code of the operator's routes is told."""


class Refused(Exception):
    """A request that is refused: `code` is one of STATUS; `errors` point into the body."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: tuple[Error, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.errors = code, detail, errors
        self.status = STATUS[code]
        self.headers = dict(headers or {})
