"""Where a training computes, and how precisely."""

import os
from typing import cast

import torch
import torch.distributed
from lightning_fabric import Fabric

from smartselfie.errors import RunError


def make_fabric(device: str = "auto", precision: str = "auto", threads: int | None = None) -> Fabric:
    """A device and a precision; `auto` takes a GPU where there is one, and bfloat16 where it is computed natively.

    Under `torchrun` this process is one of several, on one machine or more, which train together.

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
    here, everywhere = (int(os.environ.get(name, "1")) for name in ("LOCAL_WORLD_SIZE", "WORLD_SIZE"))
    fabric = Fabric(
        accelerator=device,
        devices=here,
        num_nodes=max(1, everywhere // here),
        strategy="ddp" if everywhere > 1 else "auto",
        precision="bf16-mixed" if precision == "bf16" else "32-true",
    )
    fabric.launch()
    return fabric


def agreed(fabric: Fabric, wish: bool) -> bool:
    """Whether any of the processes that train together wishes it; all of them ask at the same step."""
    if fabric.world_size == 1:
        return wish
    said = fabric.all_reduce(torch.tensor(float(wish), device=fabric.device), reduce_op="max")
    return bool(said)


def mean_over(fabric: Fabric, value: float) -> float:
    """The mean of a number over the processes that train together."""
    if fabric.world_size == 1:
        return value
    mean = fabric.all_reduce(torch.tensor(value, device=fabric.device), reduce_op="mean")
    return float(cast("torch.Tensor", mean))


def leave(fabric: Fabric) -> None:
    """End training together: wait for the others, then close the connections to them.

    A process that just ends while its connections are open is sometimes aborted by their threads, and `torchrun` then
    takes the whole run for failed.
    """
    if fabric.world_size > 1:
        fabric.barrier()
        torch.distributed.destroy_process_group()


def _has_bfloat16(device: str) -> bool:
    """Whether the device multiplies bfloat16 itself; where it is only imitated it is slower than float32."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # older versions of torch cannot say what the processor has
    capabilities: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return device == "cpu" and bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
