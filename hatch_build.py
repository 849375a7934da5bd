"""The portal's part in building a wheel or a source archive: what `make portal` made is taken, or made now."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_BUILT = "The portal is not built and there is no Node here: run `make portal` where Node is, or install the wheel."


class PortalHook(BuildHookInterface):  # type: ignore[type-arg]
    """Sees to it that what is built holds the portal."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before files are gathered. An editable install takes the checkout as it is."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "src/outbid/web/index.html").exists():
            _build(root / "web")


def _build(web: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit(NOT_BUILT)
    for words in (["ci", "--silent"], ["run", "--silent", "build"]):
        subprocess.run([npm, *words], cwd=web, check=True)
