"""Lays a file down on a server by SFTP: whole, under a name for the meantime, then under its own."""

import logging
import socket

import asyncssh

from outbid.core.dialect.wire import File
from outbid.exchange.outbound.carry.journey import Journey

DONE, NOT_LET_IN, NOT_TAKEN = 250, 530, 550
"""As FTP counts them (RFC 959): SFTP has numbers of its own, which say less."""
logging.getLogger("asyncssh").setLevel(logging.WARNING)  # else it tells who signs in where


async def put(file: File, plain: socket.socket, journey: Journey) -> tuple[int, str, bytes]:
    """A code, at which stage it came to be (auth, data), and what the server said.

    The same file may be put again: under its name stands the same afterwards. Raises OSError, asyncssh.Error where the
    server is not the one that was agreed on, or hangs up.
    """
    journey.phase = "connect"
    known = _Known(file.host_key)
    try:
        keys = [asyncssh.import_private_key(file.key)] if file.key else None
        journey.has_transport = True
        connection, _ = await asyncssh.create_connection(
            lambda: known,
            file.target.host,
            file.target.port,
            sock=plain,
            known_hosts=b"",  # none but what `_Known` says
            username=file.user,
            password=file.password or None,
            client_keys=keys,
            agent_path=None,
            config=None,
            login_timeout=journey.left_s(),
        )
    except (asyncssh.PermissionDenied, asyncssh.KeyImportError) as error:
        return NOT_LET_IN, "auth", type(error).__name__.encode()
    async with connection:
        journey.connected()
        try:
            async with connection.start_sftp_client() as sftp:
                folder = file.target.path.strip() or "."
                meantime, name = f"{folder}/.{file.name}.part", f"{folder}/{file.name}"
                journey.phase, journey.sent = "send", True
                async with sftp.open(meantime, "wb") as out:
                    await out.write(file.body)
                await _rename(sftp, meantime, name)
        except asyncssh.SFTPError as error:
            return NOT_TAKEN, "data", f"{type(error).__name__} {error.code}".encode()
    return DONE, "data", b""


async def _rename(sftp: asyncssh.SFTPClient, old: str, new: str) -> None:
    """Over what stands there, which is the same file; servers without that way of renaming want it gone before."""
    try:
        await sftp.posix_rename(old, new)
    except asyncssh.SFTPOpUnsupported:
        if await sftp.exists(new):
            await sftp.remove(new)
        await sftp.rename(old, new)


class _Known(asyncssh.SSHClient):
    """Knows the server by its key alone, whatever its name or address."""

    def __init__(self, key: str) -> None:
        self._key = key.strip()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Is this the key that was agreed on?"""
        if self._key.startswith("SHA256:"):
            return key.get_fingerprint() == self._key
        return key.public_data == asyncssh.import_public_key(self._key).public_data
