"""The command answers at once: nothing heavy is imported before a command needs it."""

import os
import resource
import subprocess
import sys

HEAVY = (
    "litestar", "uvicorn", "uvloop", "asyncpg", "rich", "msgspec", "cryptography", "ruamel", "phonenumbers", "httptools",
    "asyncio", "multiprocessing",
)  # fmt: skip
MOST_CPU_S = 0.3


def run(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OUTBID_", "COV_"))}
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, env=environment, timeout=30, check=True
    )


def test_help_imports_nothing_heavy():
    told = run("-X", "importtime", "-m", "outbid", "--help").stderr
    imported = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    assert "outbid.cli.main" in imported
    assert {name for name in imported if name.partition(".")[0] in HEAVY} == set()


def test_help_takes_less_than_a_third_of_a_second():
    spent = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert "leads" in run("-m", "outbid", "--help").stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < MOST_CPU_S


def test_every_command_has_a_help_of_its_own():
    from outbid.cli.main import parser

    words = [
        ("leads", "list"),
        ("leads", "show"),
        ("leads", "settle"),
        ("keys", "create"),
        ("keys", "list"),
        ("keys", "revoke"),
    ]
    words += [(word,) for word in ("serve", "demo", "migrate", "doctor", "apply", "export", "ledger", "deposit")]
    for word in words:
        found = parser()
        for part in word:
            (actions,) = [action.choices for action in found._actions if isinstance(action.choices, dict)]
            found = actions[part]
        assert found.description, word
        assert found.get_default("does"), word
