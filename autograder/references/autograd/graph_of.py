"""`graph_of`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised


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
    'The names are shortened. Asked for is the whole name of the node\'s class, `type(node).__name__`: "MulBackward0".',
)
def shortens_the_names(result):
    return walk(result, name=lambda node: type(node).__name__.replace("Backward0", ""))


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
    "An operation that uses one tensor twice has two edges to it, and sends a gradient over both. Keep the second.",
)
def drops_the_second_edge(result):
    return walk(result, after=lambda node: list(dict.fromkeys(one for one, _ in node.next_functions if one)))


@mistake(
    graph_of,
    "The walk goes to the bottom of one branch before it looks at the next. Numbers are given in the order "
    "of finding: take the oldest waiting node, not the newest, and let its inputs wait in their own order.",
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
    "The function calls itself for each level of the graph, and Python allows about a thousand calls inside "
    "one another. The graph of a long computation is deeper: keep a list of nodes to visit.",
    keeps=0.7,
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
    keeps=0.85,
)
def starts_from_none(result):
    first = result.grad_fn.next_functions
    return walk(result) if first is not None else []


@mistake(
    graph_of,
    "The pairs of `next_functions` are taken for nodes. Their second item says which output of the node is meant: a "
    "node with two outputs in use is listed twice. Take the first item, `node, _ = pair`.",
)
def knows_pairs(result):
    pairs = [(result.grad_fn, 0)] if result.grad_fn else []
    numbers, lines = {}, []
    for node, _ in pairs:
        after = [pair for pair in node.next_functions if pair[0] is not None]
        for pair in after:
            if pair not in numbers:
                numbers[pair] = len(pairs)
                pairs.append(pair)
        lines.append((type(node).__name__, [numbers[pair] for pair in after]))
    return lines


@mistake(graph_of, "The numbers begin with one. `result.grad_fn` is node 0, so that a number is a place in the list.")
def counts_from_one(result):
    return [(name, [number + 1 for number in after]) for name, after in walk(result)]


@mistake(
    graph_of,
    "The edges lead the wrong way: a node's line holds the nodes that its gradient comes from. Promised are those "
    "that it goes to.",
)
def turns_the_edges(result):
    lines = walk(result)
    return [
        (name, [other for other, (_, after) in enumerate(lines) for number in after if number == place])
        for place, (name, _) in enumerate(lines)
    ]


@mistake(
    graph_of,
    "The order is that of a finished walk: what a node leads to is listed before the node. Here `result.grad_fn` is "
    "0, and what is found next gets the next number.",
)
def lists_the_leaves_first(result):
    order, stack = {}, [(result.grad_fn, False)] if result.grad_fn else []
    while stack:
        node, done = stack.pop()
        if done:
            order.setdefault(node, len(order))
        elif node not in order:
            stack.append((node, True))
            stack += [(one, False) for one in reversed(inputs_of(node))]
    return [(type(node).__name__, [order[one] for one in inputs_of(node)]) for node in order]


@mistake(
    graph_of,
    "Edges hold names. Promised are the nodes' numbers: two nodes of one kind have the same name.",
)
def names_the_edges(result):
    lines = walk(result)
    return [(name, [lines[number][0] for number in after]) for name, after in lines]


@mistake(
    graph_of,
    "A leaf gets a line, its AccumulateGrad. It has no `grad_fn`: the list is empty.",
    keeps=0.85,
)
def begins_at_a_leaf(result):
    if result.requires_grad and result.is_leaf:
        return [("AccumulateGrad", [])]
    return walk(result)


@mistake(
    graph_of,
    "What was found for one result is still there for the next: a dict or list as a default value, or a global one, is "
    "made once. Make it in the function.",
)
def remembers_the_last(result, numbers={}):  # noqa: B006
    nodes, lines = [result.grad_fn] if result.grad_fn else [], []
    for node in nodes:
        after = inputs_of(node)
        for one in after:
            if one not in numbers:
                numbers[one] = len(nodes)
                nodes.append(one)
        lines.append((type(node).__name__, [numbers[one] for one in after]))
    return lines


@mistake(
    graph_of,
    "An input that needs no gradient stands in the line as None. Promised is one number for each input that needs one, "
    "and nothing for the others.",
)
def keeps_a_none(result):
    lines = []
    found = walk(result)
    nodes = _nodes(result)
    for node, (name, after) in zip(nodes, found, strict=True):
        numbers = iter(after)
        lines.append((name, [None if one is None else next(numbers) for one, _ in node.next_functions]))
    return lines


def _nodes(result):
    nodes = [result.grad_fn] if result.grad_fn else []
    met = set(nodes)
    for node in nodes:
        for one in inputs_of(node):
            if one not in met:
                met.add(one)
                nodes.append(one)
    return nodes


@mistake(
    graph_of,
    "A node's number is written down only where the node is new: edges to one that has been met before are missing. "
    "Every edge counts; being met before only keeps a node from a second line.",
)
def notes_new_nodes_only(result):
    nodes = [] if result.grad_fn is None else [result.grad_fn]
    lines = []
    for node in nodes:
        fresh = [one for one in dict.fromkeys(inputs_of(node)) if one not in nodes]
        lines.append((type(node).__name__, [len(nodes) + place for place in range(len(fresh))]))
        nodes += fresh
    return lines


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

promised(
    graph_of,
    "The nodes of the graph behind `result`, each once, and where each sends its gradient.",
    by=["one tensor twice", "doublings: hundreds of ways, a few nodes"],
)
promised(
    graph_of,
    "result: any tensor; its graph may be thousands of nodes deep.",
    by=["thousands of operations in a row"],
)
promised(
    graph_of,
    "One pair for each node, numbered in the order of finding: `result.grad_fn` is 0, then the nodes it leads "
    "to in the order of its inputs, then those that node 1 leads to, and so on.",
    by=["a long way and a short one", "a whole expression"],
)
promised(
    graph_of,
    'A pair holds the name of the node\'s class, as "MulBackward0", and the numbers of the nodes that the '
    "gradient goes to, one for each input that needs a gradient (a tensor used twice stands twice).",
    by=["numbers, and a tensor that needs no gradient", "one tensor twice", "a node that Python made"],
)
promised(
    graph_of,
    "An empty list where there is no `grad_fn`.",
    by=["results without a graph, and some with one"],
)
