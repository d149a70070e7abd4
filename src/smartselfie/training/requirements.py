"""What training needs beyond the run time, asked before anything heavy is imported."""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable

from smartselfie.errors import RunError, how_to_install

CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
MODULES = ("torch", "lightning_fabric", "kornia", "matplotlib", "onnx", "onnxscript")


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def require_libraries(is_installed: Callable[[str], bool] = _is_installed) -> None:
    """Refuse to begin where a library of the extra `train` is missing, rather than fail after an hour.

    Raises:
        RunError: one is.
    """
    missing = [module for module in MODULES if not is_installed(module)]
    if missing:
        hint = how_to_install(*(module.replace("_", "-") for module in missing))
        # without that, pip takes the build for CUDA, which is several gigabytes larger
        hint += f"; first, without a GPU: pip install torch --index-url {CPU_BUILDS}" if "torch" in missing else ""
        raise RunError(f"training needs {', '.join(missing)}, not installed", hint)


def require_compiler(find: Callable[[str], str | None] = shutil.which) -> None:
    """Refuse to begin where torch would find no C++ compiler: the one that CXX names, or the platform's usual one.

    Raises:
        RunError: there is none.
    """
    usual = {"darwin": "clang++", "win32": "cl"}.get(sys.platform, "g++")
    name = os.environ.get("CXX", usual)
    if find(name) is None:
        raise RunError(f"no C++ compiler {name} was found", "install one, or leave --compile out")
