"""Python classes and stubs from the .proto files, made anew at every start so that they cannot be old."""
import os
import shutil
import subprocess
import sys
import tempfile


class Stubs:
    """The generated modules, and the folder they lie in."""

    def __init__(self, protos):
        self.folder = tempfile.mkdtemp(prefix="bf-stubs-")
        generate(protos, self.folder)
        sys.path.insert(0, self.folder)
        from backupfabric.v1 import agent_control_pb2, agent_control_pb2_grpc
        from backupfabric.v1 import block_transfer_pb2, block_transfer_pb2_grpc
        from backupfabric.v1 import common_pb2, enrolment_pb2, enrolment_pb2_grpc
        self.control, self.control_grpc = agent_control_pb2, agent_control_pb2_grpc
        self.transfer, self.transfer_grpc = block_transfer_pb2, block_transfer_pb2_grpc
        self.enrolment, self.enrolment_grpc = enrolment_pb2, enrolment_pb2_grpc
        self.common = common_pb2

    def __enter__(self):
        return self

    def __exit__(self, *_):
        sys.path.remove(self.folder)
        shutil.rmtree(self.folder)


def generate(protos, output):
    version = os.path.join(protos, "backupfabric", "v1")
    if not os.path.isdir(version):
        raise SystemExit(f"{version} does not exist. --protos names the folder that holds backupfabric/v1/*.proto.")
    files = sorted(os.path.join("backupfabric", "v1", name) for name in os.listdir(version) if name.endswith(".proto"))
    run = subprocess.run(compiler(output) + files, cwd=protos, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise SystemExit(f"The stubs could not be generated: {run.stderr.strip()}")


def compiler(output):
    try:
        import grpc_tools.protoc  # noqa: F401 (asks only whether it is there)
        return [sys.executable, "-m", "grpc_tools.protoc", "-I", ".", f"--python_out={output}", f"--grpc_python_out={output}"]
    except ImportError:
        pass
    protoc, plugin = shutil.which("protoc"), shutil.which("grpc_python_plugin")
    if not protoc or not plugin:
        raise SystemExit("No compiler for .proto files. Install python3-grpc-tools and python3-pkg-resources, "
                         "or protobuf-compiler, libprotobuf-dev and protobuf-compiler-grpc.")
    return [protoc, "-I", ".", f"--python_out={output}", f"--grpc_out={output}", f"--plugin=protoc-gen-grpc={plugin}"]
