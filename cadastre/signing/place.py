"""Say where the signing process keeps its key, its log and its socket."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

SIGN_USER = "cadastre-sign"
LONGEST_SOCKET_PATH = 100  # the kernel cuts at 107 bytes
OWNER_ONLY, OTHERS_WALK, OTHERS_TALK = 0o700, 0o711, 0o666


@dataclass(frozen=True, slots=True)
class SignPlace:
    """The folders of the signing process of one home."""

    home: Path

    @property
    def folder(self) -> Path:
        """Return the folder of the signing process; others walk through it to the socket."""
        return self.home / "sign"

    @property
    def keys(self) -> Path:
        """Return the folder that only the signing process may enter."""
        return self.folder / "keys"

    @property
    def log(self) -> Path:
        """Return the file in which each signature is written down."""
        return self.folder / "signatures.ndjson"

    @property
    def socket(self) -> Path:
        """Return the socket: in the folder, or in a short one where its path would be too long."""
        beside = self.folder / "sign.sock"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_PATH:
            return beside
        name = f"cadastre-sign-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]}"
        system = Path("/run") / name  # root's folder; only without root is one for all used
        is_system = os.geteuid() == 0 or system.exists()
        return (system if is_system else Path(tempfile.gettempdir()) / name) / "sign.sock"

    def make_folders(self, uid: int | None = None, gid: int | None = None) -> None:
        """Make the folders, owned by the user who will sign where root makes them for another."""
        for path, mode in (
            (self.folder, OTHERS_WALK), (self.keys, OWNER_ONLY), (self.socket.parent, OTHERS_WALK)
        ):  # fmt: skip
            path.mkdir(parents=True, exist_ok=True)
            if uid is not None and gid is not None:
                os.chown(path, uid, gid)
            if path.stat().st_uid in (uid, os.geteuid()):
                path.chmod(mode)
