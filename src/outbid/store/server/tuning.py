"""The settings that an embedded PostgreSQL is started with."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MEGABYTE: Final = 1024 * 1024
MOST_BUFFERS_MB: Final = 1024

STANDARD: Final[Mapping[str, str]] = {
    "max_wal_size": "4GB",
    "wal_compression": "pglz",  # the wheels' binaries have no lz4
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "60",
    "idle_in_transaction_session_timeout": "60s",
    "track_io_timing": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_directory": "log",
    "log_filename": "postgresql-%a.log",  # a week of files, each written over by its successor
    "log_truncate_on_rotation": "on",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_file_mode": "0600",
}

# Personal data never goes to a log. Messages of level ERROR quote values ("invalid input syntax …"), details and
# statements too; so none of them is written. The caller still gets every error.
PRIVACY: Final[Mapping[str, str]] = {
    "log_statement": "none",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
    "debug_print_plan": "off",
}

# For tests only: a power cut destroys the database.
FAST_UNSAFE: Final[Mapping[str, str]] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}


def settings_of(
    name: str, socket_dir: Path | None, port: int, extra: Mapping[str, str], *, fast_unsafe: bool
) -> dict[str, str]:
    """All settings to start with. `extra` may change the tuning, never privacy, address or name."""
    settings = {"shared_buffers": f"{buffers_mb()}MB", **STANDARD}
    if fast_unsafe:
        settings |= FAST_UNSAFE
    return {**settings, **extra, **PRIVACY, **_address(socket_dir, port), "cluster_name": name}


def _address(socket_dir: Path | None, port: int) -> dict[str, str]:
    """A socket in a closed folder and no network; loopback where there are no such sockets (Windows)."""
    if socket_dir is None:
        return {"listen_addresses": "127.0.0.1", "port": str(port)}
    return {
        "listen_addresses": "",
        "port": str(port),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
    }


def buffers_mb() -> int:
    """Megabytes of shared buffers: a quarter of the memory that we may use, 32 to 1024."""
    return max(32, min(MOST_BUFFERS_MB, memory_bytes() // 4 // MEGABYTE))


def memory_bytes() -> int:
    """Bytes of memory that this process may use: the machine's, or its container's if that is less."""
    try:
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        machine = 1024 * MEGABYTE
    return min(machine, *_container_limits(machine))


def _container_limits(otherwise: int) -> list[int]:
    limits = [otherwise]
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            limits.append(int((Path("/sys/fs/cgroup") / name).read_text()))
        except (OSError, ValueError):  # no such file, or "max"
            continue
    return limits
