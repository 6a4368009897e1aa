"""The wheel, built once and installed alone, works without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the files of the checkout, without a download."""
    folder = tmp_path_factory.mktemp("wheel")
    builder = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(builder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Install the wheel into an environment of its own; return a function that runs its kmsgen outside of the checkout.

    Its dependencies are those of the environment that runs the tests, put behind its own packages.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    site = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    measure = "import coverage; coverage.process_startup()"  # nothing, unless the run that started it is measured
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{measure}\n")

    def kmsgen(*arguments: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [str(python), "-I", "-m", "kmsgen", *arguments]
        return subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=120)

    return kmsgen


def test_the_wheel_ships_the_package_the_templates_and_the_presets_and_nothing_else(wheel: Path) -> None:
    """Every module, template and preset and the starter intent are in it; tests, benchmarks and scripts are not."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {path.relative_to(ROOT).as_posix() for path in (ROOT / "kmsgen").rglob("*.py")}
    shipped = {
        f"kmsgen/_shipped/{path.relative_to(ROOT).as_posix()}"
        for folder in ("templates", "presets", "starter")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped
    assert names == {*package, *shipped, "kmsgen/py.typed"}


def test_the_installed_package_is_the_wheels_own(run: Run, wheel: Path) -> None:
    """What runs is the installed package, not the checkout: it lists the presets that it ships."""
    listed = run("presets", "list")
    assert listed.returncode == 0, listed.stderr
    shipped = {Path(name).stem for name in zipfile.ZipFile(wheel).namelist() if name.startswith("kmsgen/_shipped/presets/")}
    assert all(name in listed.stdout for name in shipped)


def test_the_installed_command_renders_a_preset_in_every_format(run: Run) -> None:
    """A preset that ships renders with the templates that ship, with cfn-lint, outside of the checkout."""
    rendered = run("render", "--preset", "s3-bucket", *_examples("s3-bucket"), "--output", "json", "--out", "out")
    assert rendered.returncode == 0, rendered.stderr
    formats = {path.partition("/")[0] for intent in json.loads(rendered.stdout)["intents"] for path in intent["files"]}
    assert {"json", "cloudformation", "terraform"} <= formats


def test_the_installed_command_writes_the_starter(run: Run, tmp_path: Path) -> None:
    """`kmsgen init` writes the intent that ships, byte for byte."""
    new = tmp_path / "new.yaml"
    assert run("init", str(new)).returncode == 0
    assert new.read_bytes() == (ROOT / "starter" / "intent.yaml").read_bytes()


def _examples(preset: str) -> list[str]:
    """Return settings for what a preset needs."""
    from tests.preset_examples import examples_of  # noqa: PLC0415 - the checkout's, to know what to set

    given = examples_of(preset)
    return [word for name, value in given.items() for word in ("--set", f"{name}={value}")]


def test_the_version_is_that_of_the_project(wheel: Path) -> None:
    """The version that manifests carry is the wheel's."""
    from kmsgen import __version__  # noqa: PLC0415 - compared with the file name

    assert wheel.name.startswith(f"kmsgen-{__version__}-")
