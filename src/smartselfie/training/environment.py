"""Where a training computes, and how precisely."""

import torch
from lightning_fabric import Fabric

from smartselfie.errors import RunError


def make_fabric(device: str = "auto", precision: str = "auto", threads: int | None = None) -> Fabric:
    """A device and a precision; `auto` takes a GPU where there is one, and bfloat16 where it is computed natively.

    Args:
        device: auto, cpu, cuda or mps.
        precision: auto, 32 or bf16.
        threads: of the processor; None leaves that to torch.

    Raises:
        RunError: that device is not there.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        device = next(name for name, there in available.items() if there)
    if not available[device]:
        raise RunError(f"no {device} device was found", "use --device auto")
    if precision == "auto":
        precision = "bf16" if _has_bfloat16(device) else "32"
    fabric = Fabric(accelerator=device, devices=1, precision="bf16-mixed" if precision == "bf16" else "32-true")
    fabric.launch()
    return fabric


def _has_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 itself; where it is only imitated it is slower than float32."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # older versions of torch cannot say what the processor has
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return device == "cpu" and bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
