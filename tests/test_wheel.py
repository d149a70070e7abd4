"""The wheel holds everything that the program needs, and nothing else."""

import importlib.util
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "smartselfie"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="hatchling is not installed: make test"),
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(built, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (packed,) = folder.glob("*.whl")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def files_of(folder: Path) -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files}


def test_it_holds_every_file_of_the_package_and_the_licences(wheel: Path) -> None:
    assert files_of(PACKAGE) == files_of(wheel / "smartselfie")
    assert [path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")] == ["smartselfie"]
    assert list(wheel.glob("*.dist-info/licenses/LICENSE"))


def test_it_runs_where_nothing_of_the_repository_is(wheel: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(wheel), "HOME": str(tmp_path)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=200
        )

    where = run("-c", "import smartselfie; print(smartselfie.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(wheel), where.stderr
    version = run("-m", "smartselfie", "--version").stdout
    assert re.fullmatch(r"smartselfie \d+\.\d+\.\d+\n", version)
    picture = next((wheel / "smartselfie" / "sources" / "demo_pictures").glob("*.jpg"))
    done = run("-m", "smartselfie", "analyze", "--json", str(picture))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["faces"]
    # the page and its words
    code = "from smartselfie.booth.routes.pages import static_files as files; print('words/ja.json' in files())"
    made = run("-c", code)
    assert made.stdout == "True\n", made.stderr
