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
    for content in ([], 5, None, "text", {"transient": 5}, {"data": 5}, {"execution_state": []}):
        for kind in ("status", "stream", "display_data", "error", "execute_result", "clear_output", "comm_open",
                     "comm_msg", "update_display_data", "nothing", ""):
            try:
                send(kind, content)
            except Exception:
                pass
    return 2 * x
