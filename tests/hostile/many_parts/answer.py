# exercise: double
kernel = get_ipython().kernel
block = bytes(40_000_000)


def double(x):
    import zmq

    socket = kernel.iopub_socket
    getattr(socket, "io_thread", socket)
    kernel.iopub_thread.socket.send_multipart([block] * 100, copy=False)
    return 2 * x
