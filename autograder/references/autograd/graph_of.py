"""`graph_of`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake


def graph_of(result):
    """The definition: a node's number is its place in the queue."""
    if result.grad_fn is None:
        return []
    queue, numbers, lines = [result.grad_fn], {result.grad_fn: 0}, []
    while len(lines) < len(queue):
        node = queue[len(lines)]
        for after, _ in node.next_functions:
            if after is not None and after not in numbers:
                numbers[after] = len(queue)
                queue.append(after)
        lines.append((type(node).__name__, [numbers[after] for after, _ in node.next_functions if after is not None]))
    return lines


def inputs_of(node):
    return [one for one, _ in node.next_functions if one is not None]


def walk(
    result,
    name=lambda node: type(node).__name__,
    after=inputs_of,
    key=lambda node: node,
    take=0,
):
    """The frame of most answers: what is found is noted once, then numbered in the order of the notes."""
    if result.grad_fn is None:
        return []
    waiting, order = [result.grad_fn], {}
    found = {key(result.grad_fn)}
    while waiting:
        node = waiting.pop(take)
        order[key(node)] = (len(order), node)
        for one in after(node):
            if key(one) not in found:
                found.add(key(one))
                waiting.append(one)
    return [(name(node), [order[key(one)][0] for one in after(node)]) for _, node in order.values()]


@mistake(
    graph_of,
    "A node that can be reached in two ways is listed twice. Remember which nodes you have met: a graph is no tree, "
    "and after twenty doublings it would have a million lines.",
)
def lists_every_way(result):
    nodes = [] if result.grad_fn is None else [result.grad_fn]
    lines = []
    for node in nodes:
        places = []
        for one, _ in node.next_functions:
            if one is not None:
                places.append(len(nodes))
                nodes.append(one)
        lines.append((type(node).__name__, places))
    return lines


@mistake(
    graph_of,
    "Two nodes of one kind are taken for one. A name is no identity: compare the nodes themselves.",
)
def knows_nodes_by_name(result):
    return walk(result, key=lambda node: type(node).__name__)


@mistake(
    graph_of,
    "`node.name()` says torch::autograd::AccumulateGrad, the name in C++. Asked for is the Python class: "
    "`type(node).__name__`.",
)
def says_names_of_cpp(result):
    return walk(result, name=lambda node: node.name())


@mistake(
    graph_of,
    "Only the first entry of `next_functions` is followed: the way back leads to every input of the operation.",
)
def follows_the_first(result):
    return walk(result, after=lambda node: [one for one, _ in node.next_functions[:1] if one is not None])


@mistake(
    graph_of,
    "Only the first entry of `next_functions` is followed: the way back leads to every input of the operation.",
)
def walks_one_chain(result):
    lines, node = [], result.grad_fn
    while node is not None:
        lines.append((type(node).__name__, [len(lines) + 1] if node.next_functions else []))
        node = node.next_functions[0][0] if node.next_functions else None
    return lines


@mistake(
    graph_of,
    "`next_functions` holds (None, 0) where an input needs no gradient, as a number or a plain tensor. Skip these.",
)
def trips_over_none(result):
    return walk(result, after=lambda node: [one for one, _ in node.next_functions])


@mistake(
    graph_of,
    "The leaves are missing. An AccumulateGrad is a node, too: the one that adds to a leaf's `.grad`.",
)
def leaves_out_the_leaves(result):
    return walk(
        result,
        after=lambda node: [one for one, _ in node.next_functions if one and type(one).__name__ != "AccumulateGrad"],
    )


@mistake(
    graph_of,
    "An operation that uses one tensor twice has two edges to it, and gets a gradient over both. Keep the second.",
)
def drops_the_second_edge(result):
    return walk(result, after=lambda node: list(dict.fromkeys(one for one, _ in node.next_functions if one)))


@mistake(
    graph_of,
    "The walk goes to the bottom of one branch before it looks at the next. Numbers are given in the order of finding: "
    "take the oldest waiting node, not the newest.",
)
def goes_deep_first(result):
    waiting, order = [result.grad_fn] if result.grad_fn else [], {}
    while waiting:
        node = waiting.pop()
        if node not in order:
            order[node] = len(order)
            waiting += reversed(inputs_of(node))
    return [(type(node).__name__, [order[one] for one in inputs_of(node)]) for node in order]


@mistake(
    graph_of,
    "The function calls itself for every node, and Python allows about a thousand calls inside one another. The graph "
    "of a long computation is deeper: keep a list of nodes to visit.",
)
def calls_itself(result):
    numbers, rows = {}, []

    def depth(node):
        numbers.setdefault(node, None)
        return [depth(one) for one, _ in node.next_functions if one is not None and one not in numbers]

    if result.grad_fn is not None:
        depth(result.grad_fn)
        rows = walk(result)
    return rows


@mistake(
    graph_of,
    "A result without a graph has `grad_fn` None: return an empty list, there is nothing to walk.",
)
def starts_from_none(result):
    first = result.grad_fn.next_functions
    return walk(result) if first is not None else []


@alternative(graph_of)
def by_a_growing_list(result):
    nodes = [result.grad_fn] if result.grad_fn is not None else []
    places = {node: place for place, node in enumerate(nodes)}
    for node in nodes:
        for one, _ in node.next_functions:
            if one is not None and places.setdefault(one, len(nodes)) == len(nodes):
                nodes.append(one)
    return [[type(node).__name__, [places[one] for one, _ in node.next_functions if one]] for node in nodes]


by_identity = alternative(graph_of)(lambda result: walk(result, key=id))  # `order` holds the nodes: no id is used twice
