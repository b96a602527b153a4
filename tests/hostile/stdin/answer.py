# exercise: double
try:
    answer = input("The answer? ")
except Exception:
    answer = None


def double(x):
    kernel = get_ipython().kernel
    kernel.session.send(kernel.stdin_socket, "input_request", {"prompt": "5", "password": True}, kernel.get_parent("shell"))
    return 2 * x
