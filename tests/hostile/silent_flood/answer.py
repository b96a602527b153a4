# exercise: double
kernel = get_ipython().kernel
while True:
    kernel.session.send(kernel.iopub_socket, "stream", {"name": "stdout", "text": "x"}, ident=b"x")


def double(x):
    return 2 * x
