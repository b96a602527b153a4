# exercise: double
from comm import create_comm

kernel = get_ipython().kernel
for data in ({}, {"state": 5}, {"state": {}, "buffer_paths": [[]]}, {"state": {"_model_name": "OutputModel"}}, [], None):
    for kind in ("comm_open", "comm_msg", "comm_close"):
        content = {"comm_id": "1", "target_name": "jupyter.widget", "data": data}
        kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=b"x")


def double(x):
    parent = kernel.get_parent("shell")
    state = {"_model_name": "OutputModel", "_model_module": "@jupyter-widgets/output", "msg_id": parent["header"]["msg_id"], "outputs": []}
    for kind in ("comm_open", "comm_msg"):
        data = {"state": state, "method": "update"}
        content = {"comm_id": "2", "target_name": "jupyter.widget", "data": data}
        kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, ident=b"x")
    return 2 * x
