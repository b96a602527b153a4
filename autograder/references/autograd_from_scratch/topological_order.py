"""`topological_order`: what is right, and what goes wrong."""

from autograder.references import alternative, mistake, promised


def topological_order(result):
    """A node is taken when every node that it went into has been taken: Kahn's algorithm."""
    missing, found = {result: 0}, [result]
    for node in found:
        for source, _ in node.edges:
            if source not in missing:
                missing[source] = 0
                found.append(source)
            missing[source] += 1
    ready = [result]
    for node in ready:
        for source, _ in node.edges:
            missing[source] -= 1
            if missing[source] == 0:
                ready.append(source)
    return ready


RECURSION = (
    "A graph of 10,000 nodes in a row ends in an error: a function that calls itself goes one level deeper for each of "
    "them, and Python allows about a thousand. Keep a list of what is still to be done instead."
)


@mistake(topological_order, RECURSION, keeps=0.85)
def by_recursion(result):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source, _ in node.edges:
                visit(source)
            order.append(node)

    visit(result)
    return order[::-1]


TOO_EARLY = (
    "A node that can be reached in several ways comes too early: before one of the nodes that it went into. It may "
    "only come when all of these have come."
)


@mistake(topological_order, TOO_EARLY)
def breadth_first(result):
    order = [result]
    for node in order:
        for source, _ in node.edges:
            if source not in order:
                order.append(source)
    return order


@mistake(topological_order, TOO_EARLY)
def depth_first(result):
    order, seen, waiting = [], set(), [result]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            waiting += [source for source, _ in node.edges]
    return order


@mistake(topological_order, TOO_EARLY)
def depth_first_in_order(result):
    order, seen, waiting = [], set(), [result]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            waiting += [source for source, _ in reversed(node.edges)]
    return order


@mistake(topological_order, TOO_EARLY)
def seen_when_put_on_the_list(result):
    finished, seen, to_do = [], {result}, [(result, False)]
    while to_do:
        node, done = to_do.pop()
        if done:
            finished.append(node)
            continue
        to_do.append((node, True))
        for source, _ in node.edges:
            if source not in seen:
                seen.add(source)
                to_do.append((source, False))
    return finished[::-1]


@mistake(
    topological_order,
    "The list is the other way round: leaves come first and the result last, which is the order of computing. "
    "Gradients travel against it.",
)
def leaves_first(result):
    return topological_order(result)[::-1]


SEVERAL_TIMES = (
    "A node that can be reached in several ways stands in the list several times. Note which nodes you have had; a "
    "node can stand in a set."
)


@mistake(topological_order, SEVERAL_TIMES)
def unless_it_is_finished(result):
    finished, to_do = [], [(result, False)]
    while to_do:
        node, done = to_do.pop()
        if done:
            finished.append(node)
        else:
            to_do.append((node, True))
            to_do += [(source, False) for source, _ in node.edges if source not in finished]
    return finished[::-1]


@mistake(topological_order, SEVERAL_TIMES)
def once_for_each_way(result):
    order = [result]
    for node in order:
        order += [source for source, _ in node.edges]
        if len(order) > 5000:
            raise RuntimeError("there are too many ways")
    return order


@mistake(
    topological_order,
    "The result itself is missing in the list. It comes first: it is the one that begins to hand on.",
)
def without_the_result(result):
    return topological_order(result)[1:]


@mistake(
    topological_order,
    "Nodes from which no edge leads away are missing in the list. They are what the gradients are for.",
)
def without_the_leaves(result):
    return [node for node in topological_order(result) if node.edges or node is result]


@mistake(
    topological_order,
    "Nodes that hold equal values or names are taken for one. Two nodes are the same only if they are one object, as "
    "`is`, or a set of nodes, compares them.",
    keeps=0.9,
)
def by_value(result):
    kept, seen = [], set()
    for node in topological_order(result):
        if (node.name, node.value.tolist()) not in seen:
            seen.add((node.name, node.value.tolist()))
            kept.append(node)
    return kept


@mistake(
    topological_order,
    "The second call returns another list than the first: something stayed behind, perhaps a mark on the nodes or a "
    "default argument such as `seen=set()`. Keep it in variables of the function.",
    keeps=0.9,
)
def marks_the_nodes(result):
    order, waiting = [], [(result, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            order.append(node)
        elif not hasattr(node, "visited"):
            node.visited = True
            waiting.append((node, True))
            waiting += [(source, False) for source, _ in node.edges]
    return order[::-1]


@mistake(
    topological_order,
    "The nodes are taken apart on the way: their edges are others afterwards, and nothing could be sent back over "
    "them. Work on a list or a dict of your own.",
    keeps=0.9,
)
def eats_the_edges(result):
    order = topological_order(result)
    for node in order:
        node.edges = []
    return order


AGAIN = (
    "The edges are looked at again and again: with each way that leads to a node, all that lies behind it is walked "
    "once more. With twenty doublings these are a million ways. Walk on from a node only when it is found for the "
    "first time."
)


@mistake(topological_order, AGAIN, keeps=0.9)
def moves_it_back_each_time(result):
    order, to_do = {}, [result]
    while to_do:
        node = to_do.pop()
        order.pop(node, None)
        order[node] = True
        to_do += [source for source, _ in node.edges]
    return list(order)


@mistake(topological_order, AGAIN, keeps=0.9)
def every_way_then_once(result):
    layer, depth, level = [result], {}, 0
    while layer:
        for node in layer:
            depth[node] = level
        layer = [source for node in layer for source, _ in node.edges]
        level += 1
        if level > 100 and len(depth) > 1000:  # one node in a row after the other: no hope for duplicates
            break
    return sorted(depth, key=depth.get)


@mistake(
    topological_order,
    "A node comes too early where it goes twice into one step: as when each user of a node is counted once, and every "
    "edge counts down. Count edges both times.",
    keeps=0.95,
)
def counts_users_and_not_edges(result):
    users, waiting = {result: 0}, [result]
    for node in waiting:
        for source in dict.fromkeys(source for source, _ in node.edges):
            if source not in users:
                waiting.append(source)
            users[source] = users.get(source, 0) + 1
    order = [result]
    for node in order:
        for source, _ in node.edges:
            users[source] -= 1
            if users[source] == 0:
                order.append(source)
    return order


@alternative(topological_order)
def finished_first(result):
    order, seen, waiting = [], set(), [(result, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            waiting += [(source, False) for source, _ in node.edges]
    return order[::-1]


@alternative(topological_order)
def by_the_longest_way(result):
    depth = {}
    for node in topological_order(result):
        depth.setdefault(node, 0)
        for source, _ in node.edges:
            depth[source] = max(depth.get(source, 0), depth[node] + 1)
    return sorted(depth, key=lambda node: depth[node])


@alternative(topological_order)
def with_iterators(result):
    order, seen, waiting = [], {id(result)}, [(result, iter(result.edges))]
    while waiting:
        _, edges = waiting[-1]
        source = next((source for source, _ in edges if id(source) not in seen), None)
        if source is None:
            order.append(waiting.pop()[0])
        else:
            seen.add(id(source))
            waiting.append((source, iter(source.edges)))
    order.reverse()
    return order


promised(
    topological_order,
    "All nodes behind a result, in the order in which gradients travel.",
    by=["a tangle", "from a node in the middle"],
)
promised(
    topological_order,
    "result: its graph may be 10,000 nodes deep, and it stays as it is.",
    by=["10,000 nodes in a row", "called twice, and the graph afterwards"],
)
promised(
    topological_order,
    "Each node once, the result first, every node before all nodes that its edges lead to.",
    by=["the short arm comes first", "the long arm comes first", "a node that goes into another twice"],
)
promised(
    topological_order,
    "Where several orders do that, any of them.",
    by="it permits something; what is compared is the same for every right order",
)
promised(
    topological_order,
    "No node's edges are looked at more than a few times.",
    by=["a million ways"],
)
