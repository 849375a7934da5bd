"""Programs that send a made-up lead: shell, Python, JavaScript, PHP. Each needs nothing but its language."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from outbid.core.instructions.told import Instructions
from outbid.core.instructions.written.sending import KEY, PING, Literal, Sending, Step, has_hole, sending_of

VARIABLE = "OUTBID_KEY"
INDENT = "    "


class Program(msgspec.Struct, frozen=True):
    """A program. `language` as code blocks name it; `file`: what it may be saved as; `asks`: it pings first."""

    language: str
    title: str
    file: str
    text: str
    asks: bool


def programs_of(told: Instructions) -> Iterator[Program]:
    """A lead in each language, and then a ping and its post, where the source answers pings."""
    if not told.runs:
        return
    for asks in (False, True) if told.quotes is not None and told.ping else (False,):
        sending = sending_of(told, asks=asks)
        name = "ping" if asks else "lead"
        yield Program("sh", "curl", f"{name}.sh", _shell(sending), asks)
        yield Program("python", "Python 3", f"{name}.py", _python(sending), asks)
        yield Program("javascript", "JavaScript (Node 18 or newer)", f"{name}.mjs", _javascript(sending), asks)
        yield Program("php", "PHP", f"{name}.php", _php(sending), asks)


# -- shell -----------------------------------------------------------------------------------------------------------


def _shell(sending: Sending) -> str:
    first, *rest = [_curl(sending, step) for step in sending.steps]
    if not rest:
        return first + "\n"
    found = f"ping=$({first} | grep -o 'pg_[0-9a-v]*' | head -n 1)"
    return f'{found}\ntest -n "$ping" || {{ echo "no quote"; exit 1; }}\n{rest[0]}\n'


def _curl(sending: Sending, step: Step) -> str:
    lines = [f"curl -sS {_quoted(step.url)}"]
    lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in sending.headers.items()]
    if sending.pairs:
        lines += ["-G"] if sending.format == "query" else []
        lines += [f"--data-urlencode {_quoted(f'{name}={value}')}" for name, value in step.document.items()]
    else:
        body = step.text or json.dumps(step.document, ensure_ascii=False, indent=2)
        lines += [f"-H 'Content-Type: {sending.content_type}'", f"--data-binary {_quoted(body)}"]
    return " \\\n  ".join(lines)


def _quoted(text: str) -> str:
    """A word of a shell; what stands for the key or the ping is left open for the variable."""
    word = "'" + text.replace("'", "'\\''") + "'"
    open_ = word.replace(KEY, f"'\"${VARIABLE}\"'").replace(PING, "'\"$ping\"'")
    return open_.replace(f"${VARIABLE}\"''", f'${VARIABLE}"').replace("$ping\"''", '$ping"')


# -- Python ----------------------------------------------------------------------------------------------------------


def _python(sending: Sending) -> str:
    forms = sending.pairs
    ask = len(sending.steps) > 1
    parse = "import re\n" if ask and not sending.own_answer else ""
    load = "import json\n" if sending.format == "json" or (ask and sending.own_answer) else ""
    imports = f"{load}import os\n{parse}import urllib.error\nimport urllib.request\n"
    imports += "from urllib.parse import urlencode\n" if forms else ""
    headers = dict(sending.headers) | ({"Content-Type": sending.content_type} if sending.content_type else {})
    body = {
        "json": "json.dumps(data).encode()",
        "form": "urlencode(data).encode()",
        "query": "None",
        "xml": "data.encode()",
    }
    where = 'f"{url}?{urlencode(data)}"' if sending.format == "query" else "url"
    text = f"""{imports}
KEY = os.environ["{VARIABLE}"]


def send(url, data):
    headers = {_written(headers, _python_word, "{", "}", ": ")}
    request = urllib.request.Request({where}, {body[sending.format]}, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:  # a refusal is an answer, too
        return error.code, error.read().decode()


"""
    *first, last = sending.steps
    for step in first:
        find = 'json.loads(answer).get("ping")' if sending.own_answer else 're.search("pg_[0-9a-v]+", answer)'
        text += _set(step, sending, _python_word, "{}", ": ", "ping = ") + "\n"
        text += f"status, answer = send({json.dumps(step.url)}, ping)\nquote = {find}\n"
        text += 'if not quote:\n    raise SystemExit(f"no quote: {answer}")\n'
        text += "" if sending.own_answer else "quote = quote[0]\n"
    text += _set(last, sending, _python_word, "{}", ": ", "lead = ")
    return text + f"\nprint(*send({json.dumps(last.url)}, lead))\n"


def _python_word(value: Any) -> str:
    if value == KEY:
        return "KEY"
    if value == PING:
        return "quote"
    if has_hole(value):
        return " + ".join(_pieces(value, repr, "KEY", "quote"))
    return json.dumps(value, ensure_ascii=False) if _is_plain(value) else repr(value)


def _is_plain(value: Any) -> bool:
    """Is a text written alike in JSON and in Python?"""
    return isinstance(value, str) and value.isprintable() and value.isascii()


# -- JavaScript ------------------------------------------------------------------------------------------------------


def _javascript(sending: Sending) -> str:
    headers = dict(sending.headers) | ({"Content-Type": sending.content_type} if sending.content_type else {})
    body = {"json": "JSON.stringify(data)", "form": "new URLSearchParams(data)", "query": "", "xml": "data"}
    how = "" if sending.format == "query" else f'method: "POST", body: {body[sending.format]}, '
    where = "`${url}?${new URLSearchParams(data)}`" if sending.format == "query" else "url"
    text = f"""const KEY = process.env.{VARIABLE};

async function send(url, data) {{
    const headers = {_written(headers, _javascript_word, "{", "}", ": ")};
    const answer = await fetch({where}, {{ {how}headers }});
    return [answer.status, await answer.text()];
}}

"""
    *first, last = sending.steps
    for step in first:
        find = "JSON.parse(answer).ping" if sending.own_answer else "(answer.match(/pg_[0-9a-v]+/) ?? [])[0]"
        text += _set(step, sending, _javascript_word, "{}", ": ", "const ping = ") + ";\n"
        text += f"const [, answer] = await send({json.dumps(step.url)}, ping);\nconst quote = {find};\n"
        text += "if (!quote) throw new Error(`no quote: ${answer}`);\n"
    text += _set(last, sending, _javascript_word, "{}", ": ", "const lead = ")
    return text + f";\nconsole.log(...(await send({json.dumps(last.url)}, lead)));\n"


def _javascript_word(value: Any) -> str:
    if has_hole(value):
        return " + ".join(_pieces(value, json.dumps, "KEY", "quote"))
    return json.dumps(value)


# -- PHP -------------------------------------------------------------------------------------------------------------


def _php(sending: Sending) -> str:
    headers = [f"{name}: {value}" for name, value in sending.headers.items()]
    headers += [f"Content-Type: {sending.content_type}"] if sending.content_type else []
    lines = ", ".join(_php_word(line).replace("$key", "getenv('" + VARIABLE + "')") for line in headers)
    body = {"json": "json_encode($data)", "form": "http_build_query($data)", "query": "''", "xml": "$data"}
    where = "$url . '?' . http_build_query($data)" if sending.format == "query" else "$url"
    text = f"""<?php
$key = getenv('{VARIABLE}');

function send(string $url, $data): array
{{
    $context = stream_context_create(['http' => [
        'method' => '{"GET" if sending.format == "query" else "POST"}',
        'header' => [{lines}],
        'content' => {body[sending.format]},
        'timeout' => 60,
        'ignore_errors' => true, // a refusal is an answer, too
    ]]);
    $answer = file_get_contents({where}, false, $context);
    preg_match('/ (\\d{{3}})/', $http_response_header[0], $found);
    return [$found[1], $answer];
}}

"""
    *first, last = sending.steps
    for step in first:
        text += _set(step, sending, _php_word, "[]", " => ", "$ping = ") + ";\n"
        text += f"[, $answer] = send({_php_word(step.url)}, $ping);\n"
        text += (
            "preg_match('/pg_[0-9a-v]+/', $answer, $found) or exit(\"no quote: $answer\\n\");\n$quote = $found[0];\n"
        )
    text += _set(last, sending, _php_word, "[]", " => ", "$lead = ")
    return text + f";\necho implode(' ', send({_php_word(last.url)}, $lead)), \"\\n\";\n"


def _php_word(value: Any) -> str:
    if has_hole(value):
        return " . ".join(_pieces(value, _php_word, "$key", "$quote"))
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return json.dumps(value)


# -- for all ---------------------------------------------------------------------------------------------------------


def _pieces(text: str, word: Literal, key: str, ping: str) -> list[str]:
    """A text with holes as words and variables, to be joined."""
    found: list[str] = []
    for part in text.replace(KEY, f"\0{KEY}\0").replace(PING, f"\0{PING}\0").split("\0"):
        if part:
            found.append(key if part == KEY else ping if part == PING else word(part))
    return found


def _set(step: Step, sending: Sending, word: Literal, signs: str, between: str, begin: str) -> str:
    """A variable that is what a step sends."""
    value = word(step.text) if sending.format == "xml" else _written(step.document, word, signs[0], signs[1], between)
    return begin + value


def _written(value: Any, word: Literal, opens: str, closes: str, between: str, depth: int = 0) -> str:
    """A document as a literal."""
    inner, outer = INDENT * (depth + 1), INDENT * depth
    if isinstance(value, dict):
        rows = [
            f"{inner}{word(key)}{between}{_written(each, word, opens, closes, between, depth + 1)},"
            for key, each in value.items()
        ]
        if depth == 0 and len(rows) <= 2 and all(isinstance(each, str) for each in value.values()):
            return opens + " ".join(row.strip() for row in rows).rstrip(",") + closes
        return "\n".join([opens, *rows, outer + closes])
    if isinstance(value, list):
        rows = [f"{inner}{_written(each, word, opens, closes, between, depth + 1)}," for each in value]
        return "\n".join(["[", *rows, outer + "]"])
    return word(value)
