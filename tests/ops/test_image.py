"""The image and that of the backups, built where a builder is at hand, and started as their user."""

import shutil
import subprocess

import pytest

from ops.paths import ROOT

BUILDERS = {
    "docker": (["docker", "info"], ["docker", "build", "--quiet"]),
    "podman": (["podman", "info"], ["podman", "build", "--quiet"]),
    "buildah": (["buildah", "info"], ["buildah", "build", "--quiet", "--isolation", "chroot"]),
}
FOLDERS = {"the product": ROOT, "the backups": ROOT / "ops" / "backup"}


def works(builder: str) -> bool:
    """Whether a builder is installed, and what it needs runs."""
    asked = BUILDERS[builder][0]
    return bool(shutil.which(builder)) and subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("what", FOLDERS)
def test_it_builds_and_runs_as_nobody_special(what: str) -> None:
    builder = next(filter(works, BUILDERS), None)
    if builder is None:
        pytest.skip("no builder of images is at hand")
    built = subprocess.run(
        [*BUILDERS[builder][1], str(FOLDERS[what])], capture_output=True, text=True, timeout=1800, check=False
    )
    assert built.returncode == 0, built.stderr[-3000:]
    if builder != "buildah":
        image = built.stdout.split()[-1]
        user = subprocess.run(
            [builder, "run", "--rm", "--network", "none", "--entrypoint", "id", image, "-u"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
        assert user.stdout.strip() == "10001"
