"""The one place that opens networks in ONNX Runtime: on the CPU, quiet, without its telemetry.

Also the networks that ship, checked against their checksums.
"""

import hashlib
import os
from importlib import resources

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from smartselfie.errors import ModelError

# read when the library loads; later versions would look up a host and write a device's id
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# ONNX Runtime's errors have no common parent but Exception
FAULTS: tuple[type[Exception], ...] = (
    faults.Fail,
    faults.InvalidArgument,
    faults.InvalidGraph,
    faults.InvalidProtobuf,
    faults.NoModel,
    faults.NotImplemented,
    faults.RuntimeException,
    RuntimeError,
    ValueError,
)
FATAL_ONLY = 4
AGAIN = "download or export the file again"


def open_session(content: bytes, name: str, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open a network for the CPU.

    Args:
        content: the ONNX file.
        name: the file's name, for messages.
        threads: for one run of the network; more than the free cores make it slower.

    Raises:
        ModelError: the content is damaged, no ONNX file, or needs what this ONNX Runtime does not have.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # what goes wrong is raised, and need not be printed as well
    options.log_severity_level = FATAL_ONLY
    # threads that wait must sleep: spinning ones slow down whatever else the machine does
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except FAULTS:
        raise ModelError(f"{name} is damaged, or not an ONNX model", AGAIN) from None


EMOTION_MODEL = "compact.onnx"
EYE_MODEL = "eyes.onnx"
FACE_MODEL = "face_detection_yunet_2023mar_dynamic.onnx"
CHECKSUMS = "SHA256SUMS"


def bundled_model(name: str) -> bytes:
    """A network that ships in the package, checked against its checksum.

    Raises:
        ModelError: it is missing or damaged.
    """
    folder = resources.files("smartselfie") / "models"
    hint = "install smartselfie again"
    try:
        content = (folder / name).read_bytes()
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").split()
    except OSError as error:
        raise ModelError(f"the bundled model {name} cannot be read: {error.strerror}", hint) from None
    # pairs of checksum and name, as sha256sum writes them
    if (hashlib.sha256(content).hexdigest(), name) not in zip(lines[::2], lines[1::2], strict=True):
        raise ModelError(f"the bundled model {name} is damaged", hint)
    return content
