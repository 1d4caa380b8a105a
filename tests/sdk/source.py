"""The tests of the installed azure-servicebus: they are in its source distribution, not in what pip installs."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
STORE = ROOT / ".sdk-tests"


def fetch_tests() -> Path:
    """Return the folder of the tests; download them where they are not there yet."""
    package = f"azure_servicebus-{version('azure-servicebus')}"
    tests = STORE / package / "tests"
    if not tests.exists():
        STORE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=STORE) as folder:
            _download(Path(folder))
            with tarfile.open(Path(folder) / f"{package}.tar.gz") as archive:
                archive.extractall(folder, filter="data")
            shutil.rmtree(tests.parent, ignore_errors=True)
            (Path(folder) / package).rename(tests.parent)
    return tests


def _download(folder: Path) -> None:
    requirement = f"azure-servicebus=={version('azure-servicebus')}"
    options = ["--no-deps", "--no-binary", ":all:", "--quiet", "--disable-pip-version-check", "--dest", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, requirement], check=True)
