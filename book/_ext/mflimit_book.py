"""What the book's build needs beyond `_config.yml`: no dead button, no request that leaves the machine, light pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

HOSTS = ("github.com", "gitlab.com", "bitbucket.org")
# One icon of Font Awesome's script: name:[width, height, [aliases], "unicode", path or [paths]].
ICON = re.compile(r'"?([\w-]+)"?:\[\d+,\d+,\[([^\]]*)\],"[0-9a-f]+",(?:"[^"]*"|\[(?:"[^"]*",?)*\])\],?')
# Font Awesome's own fallbacks, and the icons that the theme's scripts insert while the page is open.
ALWAYS = {"question", "circle-question", "chevron-right", "chevron-down", "sun", "moon", "circle-half-stroke", "xmark"}


def repository() -> str | None:
    """The address of the repository, from MFLIMIT_REPOSITORY or git's `origin`; None where it is not known."""
    address = os.environ.get("MFLIMIT_REPOSITORY")
    if not address:
        git = ["git", "-C", str(Path(__file__).parent), "remote", "get-url", "origin"]
        try:
            address = subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.CalledProcessError):
            return None
    found = re.fullmatch(r"(?:https://|ssh://git@|git@)([\w.]+)[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?", address)
    return f"https://{found[1]}/{found[2]}" if found and found[1] in HOSTS else None


def repository_buttons(app: Sphinx, config: Config) -> None:
    """Source, issue and Binder buttons, only where the repository's address is known: no button is ever dead."""
    address = repository()
    if address is None:
        return
    config.html_theme_options |= {
        "repository_url": address,
        "repository_branch": os.environ.get("MFLIMIT_BRANCH", "main"),
        "path_to_docs": "",
        "use_repository_button": True,
        "use_issues_button": True,
        "use_source_button": True,
        "launch_buttons": {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"},
    }


def page_context(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Offer the executed notebook for download, and leave Thebe out: its scripts are loaded from a CDN."""
    executed = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if executed.exists():
        target = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(executed, target)
        context["ipynb_source"] = f"{pagename}.ipynb"


def without_thebe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave Thebe's scripts out: they load their code from a CDN."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if "thebe" not in str(getattr(script, "filename", "")).lower()
        and "thebe" not in str(getattr(script, "attributes", {}).get("body", "")).lower()
    ]


def prune_icons(app: Sphinx, exception: Exception | None) -> None:
    """Keep of Font Awesome's 2,000 icons those that some page uses: 1.5 MB become less than 0.1 MB."""
    script = Path(app.outdir) / "_static" / "scripts" / "fontawesome.js"
    if exception or not script.exists():
        return
    used = set(ALWAYS)
    for page in [*Path(app.outdir).rglob("*.html"), *Path(app.outdir).rglob("_static/**/*.js")]:
        if page != script:
            used |= set(re.findall(r"\bfa-([a-z0-9-]+)", page.read_text(encoding="utf-8", errors="replace")))

    def keep(icon: re.Match[str]) -> str:
        names = {icon[1], *re.findall(r'"([\w-]+)"', icon[2])}
        return icon[0] if names & used else ""

    script.write_text(ICON.sub(keep, script.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    # The pages' kernels inherit these: no live control on a static page, no progress bar on stderr.
    os.environ["MFLIMIT_STATIC"] = "1"
    os.environ["TQDM_DISABLE"] = "1"
    app.connect("config-inited", repository_buttons)
    app.connect("html-page-context", page_context, priority=100)
    app.connect("html-page-context", without_thebe, priority=900)
    app.connect("build-finished", prune_icons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
