"""The exchange's own reasons, with a sentence and a way out each; plugins declare theirs beside their code."""

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """Why something was refused, skipped, lost or failed.

    code      stable, dotted for plugins (`phone.too_short`)
    sentence  what happened, for people
    fix       what would be right, or what to do; empty where nothing can be done
    """

    code: str
    sentence: str
    fix: str = ""


def reasons(**rows: tuple[str, str]) -> dict[str, Reason]:
    """Build a table of reasons from `code=(sentence, fix)`."""
    return {code: Reason(code, sentence, fix) for code, (sentence, fix) in rows.items()}


REFUSED = reasons(
    body_not_json=("The body is not JSON.", "Send one JSON object, encoded as UTF-8."),
    body_not_object=("The body is JSON, but not an object.", 'Send an object: {"field": value, …}.'),
    body_too_large=("The body is larger than the exchange accepts.", "Send at most 256 KiB."),
    too_many_fields=("The lead has more fields than the exchange accepts.", "Send at most 500 fields."),
    too_many_leads=("The call holds more leads than are taken at once.", "Send the leads in several calls."),
    lead_id_too_long=("The sender's own id of the lead is too long.", "Send an id of at most 500 characters."),
    head_too_large=("The head of the request is larger than the exchange accepts.", "Send at most 64 KiB of headers."),
    request_malformed=(
        "The request is not HTTP/1.1 as the exchange reads it.",
        "Look at the request line, the headers and the length of the body.",
    ),
    request_late=("The request was not whole in time.", "Send head and body without a pause."),
    body_too_deep=("The body is nested more deeply than the exchange accepts.", "Nest at most 16 levels."),
    media_type_unknown=("The exchange does not read this content type.", "Send application/json."),
    test_outcome_unknown=(
        "The field test_outcome of a test lead holds a word that is no outcome.",
        "Send accept, reject, no_bid or timeout, or leave the field out.",
    ),
    request_key_too_long=("The Idempotency-Key is too long.", "Send at most 255 characters."),
    request_key_reused=(
        "Another lead was sent under this Idempotency-Key.",
        "Send each new lead under a key of its own; the same lead again under the same key.",
    ),
    key_missing=(
        "No key was sent.",
        "Send the header 'Authorization: Bearer KEY'; at a source's own address the key where its instructions say.",
    ),
    key_unknown=("The key is not known or was revoked.", "Ask the operator for a new key."),
    key_not_allowed=(
        "The key may not do this.",
        "Post leads with a key of a source; below /v1/seller use one of a source or seller, below /v1/buyer one of a "
        "buyer, elsewhere one of the house.",
    ),
    signature_missing=("The request is not signed.", "Sign it as was agreed with the operator."),
    signature_wrong=(
        "The signature of the request is not the one that its body should have.",
        "Sign the very bytes that are sent, with the secret that was agreed.",
    ),
    fetch_failed=("What a form holds could not be fetched.", "Look at the job, and whether the token still counts."),
    own_address_only=(
        "What this source is sent cannot be read here.",
        "Send it to the source's own address, /v1/in/SOURCE.",
    ),
    method_not_allowed=("This address does not know the method.", "Look at the header Allow."),
    not_found=("There is nothing at this address.", "The routes are described at /v1/schema/openapi.json."),
    lead_unknown=("There is no such lead, or not for this key.", "Check the id, which begins with 'ld_'."),
    ping_unknown=(
        "There is no such ping of this source.",
        "Send back the id that the answer to the ping gave, or none.",
    ),
    ping_used=(
        "Another lead was posted under this ping.",
        "Ping again; only the same lead may be sent again under the same ping.",
    ),
    ping_expired=("The quote has ended.", "Post sooner after the ping, or ping again."),
    bid_unknown=("A bid that the post names is none of the ping's.", "Name ids of the bids that the ping was told."),
    ping_not_quoted=("Nobody bid on the ping, so there is nothing that a post could be paid.", "Ping again."),
    changed_since_ping=(
        "The lead tells another thing than its ping did.",
        "Post what was pinged, or ping again.",
    ),
    source_closed=("This source takes no leads now.", "Ask the operator."),
    overloaded=("The exchange is full.", "Send it again after the seconds in Retry-After."),
    lead_failed=("The lead could not be stored.", "Look at the values; the operator's log has the details."),
    fault=("The exchange met a fault of its own.", "The operator's log has the details."),
    in_progress=("The lead is still on its way.", "Ask again."),
    not_recorded=("The lead could not be made durable in time.", "Send it again."),
    body_faulty=("The body of the request cannot be so.", "Mend every one of the errors."),
    csrf_missing=(
        "The header X-CSRF-Token is missing or wrong.",
        "Send the word csrf that signing in told, with each write by cookie.",
    ),
    database_away=("The database does not answer.", "Send it again after the seconds in Retry-After."),
    deposit_differs=(
        "Another payment was counted under this reference.",
        "Give each payment a reference of its own; the same one again with the same amount and currency.",
    ),
    document_too_large=("The document is larger than the exchange accepts.", "Send at most 16 MiB."),
    login_failed=("The user or the password is wrong.", "Look at both; ask an owner for a link to a new password."),
    code_wanted=("A code is wanted beside the password.", "Send the code of your app, or a recovery code, as `code`."),
    code_wrong=(
        "The code is wrong, or was used before.",
        "Wait for the next code of your app, see that its clock is right, or take a recovery code.",
    ),
    password_wrong=("That is not your password.", "Type the one that you signed in with."),
    person_unknown=("There is nobody of this name.", "Look at /v1/people."),
    person_wanted=("Only a person who signed in has a password and codes; this is a key.", "Sign in."),
    codes_missing=(
        "The house wants a code of an app of everybody who signs in, and you have not set one up yet.",
        "Set it up first: POST /v1/me/totp.",
    ),
    codes_wanted_already=(
        "A code is wanted of you already.",
        "Whoever has another app ends the one before by a code of it, or by a recovery code.",
    ),
    last_owner=("The last owner of the house can neither go nor step down.", "Make somebody else an owner first."),
    login_throttled=("There were too many attempts to sign in.", "Try again after the seconds in Retry-After."),
    dry_run_unknown=("There is no such dry run; only the last ones are kept.", "Look at /v1/dry-runs."),
    dry_runs_full=("As many dry runs wait as may be kept.", "Wait for some of them, or stop one."),
    planned_change_unknown=("There is no such planned change.", "Look at /v1/planned-changes."),
    planned_change_over=("The change is planned no more: it was made, failed or was cancelled.", "Look at it."),
    job_not_dead=("The job is not dead: it will be tried anyway.", "Wait; look at /v1/jobs."),
    job_open_already=("An open job does the same work already.", "Wait until that one is done."),
    only_rendered=("The request was written to be looked at, and not sent.", ""),
    vertical_unknown=("There are no fields for such a kind of lead.", "Look at /v1/verticals."),
    preset_unknown=("There is no preset for such a platform.", "Look at /v1/presets."),
    job_unknown=("There is no such job; one that is done is kept no longer.", "Look at /v1/jobs."),
    link_unknown=("There is no such link, or it has ended.", "Ask the operator for another one."),
    change_built_upon=(
        "What the change left was changed again since, or is a key, so it cannot be taken back alone.",
        "Look at the later changes, or return to a version.",
    ),
    lead_not_in_review=("The lead is not held for review.", "Look at its log."),
    lead_reviewed=("A verdict on the lead is on its way already.", "Wait; look at the log of the lead."),
    lead_not_settled=(
        "The lead is open or has an uncertain sale: without its key nobody could finish it.",
        "Settle it first, then erase it.",
    ),
    leads_differ=(
        "The person has another number of leads than was said; nothing was erased.",
        "Look again at what is held of him.",
    ),
    request_answered=("The request was answered before.", "Look at /v1/privacy-requests."),
    request_unknown=("There is no such request of a person.", "Look at /v1/privacy-requests."),
    lead_erased=("The person behind the lead was erased: nothing personal can be read any more.", ""),
    market_faulty=("The market cannot be so; nothing was changed.", "Mend every one of the errors."),
    market_moved=("The market was changed by others all the time.", "Send it again."),
    noun_unknown=("There is no such noun.", "Look at the list of its kind."),
    offer_is_full=("No rule lowered the share of the offer.", "Look at /v1/control."),
    parameter_faulty=(
        "A parameter of the request cannot be so.",
        "Mend the one that the detail names, or leave it out.",
    ),
    precondition_missing=(
        "The request does not say what it is based on.",
        "Send If-Match with the ETag that was read, or If-None-Match: * to make what is not there.",
    ),
    proof_unknown=(
        "Nothing about a lead that you call so was written then.",
        "Take the `ref` of the ping or the post, and the time at which you were asked, to a minute: `?at=`.",
    ),
    role_not_allowed=("The role of this person does not allow this.", "Ask an owner of the house."),
    sale_not_uncertain=("The sale is not uncertain: there is nothing to settle.", "Look at the log of its lead."),
    sale_settling=("A verdict on the sale is on its way already.", "Wait; look at the log of its lead."),
    sale_unknown=("There is no such sale.", "Check the id, which begins with 'sl_'."),
    secret_in_use=("The market refers to the secret.", "Change the nouns that the detail names first."),
    secret_name_faulty=(
        "No secret can be called so.",
        "Write lower-case letters, digits, - and _, at most 63 of them, beginning with a letter or digit.",
    ),
    secret_unknown=("There is no such secret.", "Look at /v1/secrets."),
    session_unknown=("The sign-in is over, or never was.", "Sign in again."),
    setting_faulty=("A setting cannot be so.", "Mend what stands at the pointer, as the detail says."),
    setting_missing=("A setting is missing.", "Write it."),
    setting_unknown=("There is no such setting.", "Use one of those that the detail names."),
    slug_taken=("This slug is taken.", "Take another slug, or change what has it."),
    streams_full=(
        "This process tells as many listeners as it can.",
        "Ask again; a browser needs one.",
    ),
    too_many_requests=("The requests come too fast.", "Wait for the seconds in Retry-After."),
    csv_faulty=("The file cannot be read as CSV.", "Mend what the detail says, or name its encoding and separator."),
    columns_faulty=("The columns of the file cannot be read so.", "Say which field each means, as the detail says."),
    file_too_large=("The file is larger than the exchange accepts.", "Send at most 256 MiB; send several files."),
    report_unknown=("There is no such report here.", "Look at the list of reports."),
    report_faulty=("The query of the report cannot be run.", "Mend its file; the operator's log has the details."),
    report_too_long=("The report took longer than it may.", "Ask for less time, or divide it by less."),
    view_unknown=("There is no such saved view of yours.", "Look at /v1/views."),
    upload_unknown=("There is no such file for this key; files are kept for a week.", "Look at the list of files."),
    version_old=("The request is based on what is so no more.", "Read it again, and send the ETag that it has now."),
    version_unknown=("There is no such version.", "Look at /v1/versions."),
)

DUPLICATE = reasons(
    duplicate=(
        "This person was sold within the window of the duplicate rule.",
        "Do not send the person again.",
    ),
    duplicate_in_flight=(
        "The same person is being sold right now.",
        "Wait for the answer to the first lead.",
    ),
)

SUPPRESSED = reasons(
    suppressed=(
        "The person is on a suppression list: the house's, or the buyer's.",
        "Do not send the person again; who may be contacted again is taken off the list.",
    ),
)

LISTS = reasons(
    list_too_long=("The list has more lines than are taken at once.", "Send at most 100,000 lines in a request."),
    list_line_too_long=("The line is too long for phones and e-mails.", "Send at most 1,000 characters in a line."),
    list_hash_unknown=(
        "The value is a hash, but no SHA-256.",
        "Send the SHA-256 of the phone as +15125550123 or of the e-mail in lower case, 64 hex digits.",
    ),
    list_value_masked=("The value hides a part of itself, so many persons may have it.", "Send the whole value."),
    list_value_unknown=("The value is no phone, e-mail or SHA-256.", "Send one of them in each cell."),
)

SKIPPED = reasons(
    paused=("The offer is paused.", "Resume it."),
    filtered=("A filter of the offer does not match the lead.", "Look at the first part that failed."),
    closed=("The offer does not buy at this hour, or on this date.", "Look at its schedule."),
    order_to_come=("The offer's order has not begun.", "Wait for its first date, or change it."),
    order_over=("The offer's order is over.", "Move its last date, or make a new one."),
    not_in_share=("The offer takes part in a share of the leads that match, and this one is not of it.", ""),
    paced=(
        "The cap has room, but not yet: it is spread over the hours in which leads come.",
        "Wait, raise the cap, or take the pace off.",
    ),
    throttled=("The buyer is not asked more often at the moment.", "Wait, or raise the limit of his pings."),
    lowered=(
        "The offer takes part in fewer leads for now, since its buyer turned bad by the rules of its health.",
        "Look at /v1/control; it comes back by itself.",
    ),
    paused_by_rule=(
        "The offer is paused for a while, since its buyer turned bad by the rules of its health.",
        "Look at /v1/control; it is tried again by itself.",
    ),
    breaker_open=(
        "The buyer gave no answer to several pings in a row, so only single leads are tried until he does.",
        "Ask the buyer to look at his server; he is asked again by itself.",
    ),
    seldom_bids=(
        "The buyer hardly ever bids on leads of this source, so he is asked about few of them.",
        "Look at /v1/control/seldom; once he bids again he is asked about all by himself.",
    ),
    cap_reached=("A cap has no room left.", "Wait for the next window, or raise the cap."),
    wallet_empty=("The buyer's wallet or credit has no room left.", "Ask the buyer to pay in."),
    no_price=("No price of the offer is for this lead.", "Give the offer a price, or a rule that fits."),
    below_floor=("The price is below the floor.", "Bid at least the floor."),
    below_promise=("The bid does not cover what the seller was promised on his ping.", "Bid more."),
    bid_expired=("The bid had ended when the lead was posted.", "Post sooner after the ping."),
    buyer_has_it=("This buyer, or another of his group, was already sold this person.", ""),
    duplicate_at_buyer=(
        "The buyer, or this offer of his, bought the person within the window of his duplicate rule.",
        "If he wants the person all the same, make the window shorter.",
    ),
    not_allowed=("The source does not allow this buyer.", ""),
    tier_not_reached=("The lead did not come as far as this tier.", ""),
    not_on_route=("The lead's route does not lead through this tier.", ""),
)

BIDS = reasons(
    no_bid=("The buyer passed.", ""),
    late=("The answer came after the deadline.", "Answer faster."),
    not_awaited=(
        "The lead was posted before the answer came: by the tier's method none could have won a place any more.",
        "Answer faster, to be there when the winner rejects.",
    ),
    past_patience=(
        "The answer came after the tier's patience was over: the round waits as long as its offers mostly need.",
        "Answer within the time that you mostly need. Who is slower for a while is waited for longer.",
    ),
    outbid=("Another bid was better.", "Bid more."),
    nonsense=("The answer could not be understood.", "Look at the raw answer and at the reply rule."),
    too_many_bids=("The reply listed more bids than are read.", "List the twenty best."),
    not_chosen=("The seller chose other bids of the quote.", ""),
    other_bid_posted=("Another bid of the same reply was posted.", ""),
    wrong_currency=("The bid is in another currency than the campaign's.", "Bid in the campaign's currency."),
)

POSTS = reasons(
    undecided=("The buyer does not say yet how the post ended.", "He is asked again; or settle the sale."),
    http_error=(
        "The buyer's server answered with a client error (4xx) that says neither yes nor no, or a 401 to a login.",
        "Check the address, the method and the credentials.",
    ),
    rejected=("The buyer rejected the lead.", ""),
    buyer_duplicate=("The buyer says that he already has the person.", ""),
    server_error=("The buyer's server reported a fault.", "Ask the buyer to look at his server."),
    uncertain=("The post went out and no clear answer came: it may have been bought.", "Settle the sale."),
    price_below_floor=(
        "The buyer accepted, at a price below the floor.",
        "Settle the sale: sold captures his bid, rejected gives the lead back.",
    ),
    in_review=("A person has to look at the lead first.", "Wait, or ask the operator."),
    queued=("The lead waits until it can be tried again.", ""),
    unsettled=("The sale waits until it is settled.", ""),
)

WIRE = reasons(
    unreachable=("No connection could be made.", "Check host and port; nothing was sent."),
    timed_out=("No whole answer came before the deadline.", "Answer faster, or raise the deadline."),
    cut_off=("The connection ended before the answer was whole.", ""),
    too_large=("The answer was larger than allowed.", "Answer with less."),
    not_http=("The answer was not HTTP/1.1.", ""),
    address_refused=("The address is private or the port is not 80 or 443.", "Grant an exact exception."),
    bad_request=("The request could not be built: a header or path holds a forbidden character.", ""),
    not_taken=(
        "The buyer's mail or file server did not let us in, or could not take it now.",
        "Look at host, user and password; the raw answer holds the server's own words.",
    ),
    no_token=(
        "The buyer's server gave no token, or no digest challenge that we know, so nothing was sent.",
        "Look at auth: token_url, client and secret; the raw answer names the fault.",
    ),
    first_failed=(
        "The call before the post failed or gave no value, so the lead was not sent.",
        "Look at its raw answer and at the paths of first.reply.",
    ),
    secret_missing=(
        "The offer's delivery refers to a secret that is not there, so nothing was sent.",
        "Set it: outbid secrets set NAME.",
    ),
)

ENRICHED = reasons(
    nothing_missing=("All that the enricher gives came with the lead.", ""),
    needs_missing=("A field that the enricher needs did not come, or was not understood.", "Send it."),
    nothing_known=("The service knows nothing about it.", ""),
    service_refused=("The service answered with a client error (4xx).", "Look at its address, key and request."),
    service_failed=("The service reported a fault of its own.", "Ask those who run it."),
    not_understood=("The answer of the service could not be understood.", "Look at the raw answer and at the paths."),
    test_lead=("A test lead never leaves the house.", ""),
    only_foreseen=("A dry run asks nobody.", "Give the fields that the service would."),
)

ENDS = reasons(
    no_match=("No offer matched the lead.", ""),
    no_bids=("No buyer bid enough.", ""),
    no_room=("Offers matched the lead, but none had room in its caps and wallets.", "Raise a cap, or ask to pay in."),
    capped_since_ping=(
        "What had room when the lead was pinged was full when it was posted.",
        "Post sooner after the ping; ask the operator to honour quotes.",
    ),
    bids_gone=("None of those who bid on the ping may buy the lead any more.", ""),
    known_to_buyers=(
        "Whoever would have bought the lead has its person already, or may not have him.",
        "Do not send the person again soon.",
    ),
    none_reached=("None of the buyers that were posted could be reached.", "Ask them to look at their servers."),
    all_rejected=("Each buyer that was posted rejected the lead.", ""),
    resell_limit=("The lead was posted as often as allowed.", ""),
)

ALL: dict[str, Reason] = {
    **REFUSED,
    **DUPLICATE,
    **SUPPRESSED,
    **LISTS,
    **SKIPPED,
    **BIDS,
    **POSTS,
    **WIRE,
    **ENRICHED,
    **ENDS,
}
