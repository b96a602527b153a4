"""What is right in `04_autograd`, and what goes wrong.

The references for derivatives are `torch.func`, which differentiates functions and knows no `.grad`. The others are the
definition in plain loops.
"""

import warnings

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from autograder.references import alternative, equivalent, mistake

# --- graph_of ---------------------------------------------------------------------------------------------------------


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


# --- vjp --------------------------------------------------------------------------------------------------------------


def refuse_whole_numbers(*tensors):
    if not all(item.is_floating_point() for item in tensors):
        raise RuntimeError("only floating point can be differentiated")


def vjp(function, inputs, vector):
    refuse_whole_numbers(*inputs)
    _, back = torch.func.vjp(function, *(item.detach() for item in inputs))
    return tuple(item.detach() for item in back(vector))


def fresh(inputs):
    return [item.detach().requires_grad_() for item in inputs]


def grads(result, leaves, vector=None, **options):
    return torch.autograd.grad(result, leaves, vector, allow_unused=True, materialize_grads=True, **options)


@mistake(
    vjp,
    "The vector plays no part: the results are added up, which is the vector of ones. Hand it over as `grad_outputs`.",
)
def vjp_of_ones(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves).sum(), leaves)


@mistake(
    vjp,
    "An input that plays no part gets None. Its derivative is zero: `allow_unused=True, materialize_grads=True`.",
)
def vjp_with_none(function, inputs, vector):
    leaves = fresh(inputs)
    return torch.autograd.grad(function(*leaves), leaves, vector, allow_unused=True)


@mistake(
    vjp,
    "An input that plays no part raises: say `allow_unused=True, materialize_grads=True`, and it gets zeros.",
)
def vjp_needs_all(function, inputs, vector):
    leaves = fresh(inputs)
    return torch.autograd.grad(function(*leaves), leaves, vector)


@mistake(
    vjp,
    "`backward` adds to the `.grad` of every leaf on the way, the function's own weights included. "
    "`torch.autograd.grad` returns what you ask for and touches none.",
)
def vjp_by_backward(function, inputs, vector):
    leaves = fresh(inputs)
    function(*leaves).backward(vector)
    return tuple(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves)


@mistake(
    vjp,
    "Nothing was recorded: the inputs need no gradient. Make leaves of them, `x.detach().requires_grad_()`, and call "
    "the function with these.",
)
def vjp_of_plain_inputs(function, inputs, vector):
    function(*inputs).backward(vector)
    return tuple(item.grad for item in inputs)


@mistake(
    vjp,
    "Nothing was recorded: the inputs need no gradient. Make leaves of them, `x.detach().requires_grad_()`, and call "
    "the function with these.",
)
def vjp_of_plain_inputs_by_grad(function, inputs, vector):
    return torch.autograd.grad(function(*inputs), inputs, vector, allow_unused=True)


@mistake(
    vjp,
    "The caller's own tensors are made to need a gradient, and still do afterwards. Work on `x.detach()`: it shares "
    "the memory and has a `requires_grad` of its own.",
)
def vjp_marks_the_inputs(function, inputs, vector):
    for item in inputs:
        item.requires_grad_()
    return grads(function(*inputs), inputs, vector)


@mistake(
    vjp,
    "`backward` on the caller's own tensors: their `.grad` is filled, and the next call adds to it.",
)
def vjp_fills_the_inputs(function, inputs, vector):
    for item in inputs:
        item.requires_grad_()
    function(*inputs).backward(vector)
    return tuple(torch.zeros_like(item) if item.grad is None else item.grad for item in inputs)


@mistake(
    vjp,
    "The results are multiplied by the vector and added up. That broadcasts a vector of the wrong shape in silence; "
    "`grad_outputs` compares the shapes.",
)
def vjp_by_a_product(function, inputs, vector):
    leaves = fresh(inputs)
    return grads((function(*leaves) * vector).sum(), leaves)


@mistake(
    vjp,
    "The gradients carry a graph of their own: `create_graph=True` is for those who differentiate once more.",
)
def vjp_with_a_graph(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves), leaves, vector, create_graph=True)


@mistake(
    vjp,
    "Inputs are turned into float32. Doubles lose half their digits, and whole numbers get a derivative that they "
    "should be refused.",
)
def vjp_in_single(function, inputs, vector):
    leaves = fresh([item.float() for item in inputs])
    return grads(function(*leaves), leaves, vector.float())


@mistake(vjp, "Only the first input gets its gradient; there is one for every input.")
def vjp_of_the_first(function, inputs, vector):
    leaves = fresh(inputs)
    return grads(function(*leaves), leaves[:1], vector)


@alternative(vjp)
def vjp_by_copies(function, inputs, vector):
    leaves = [item.detach().clone().requires_grad_(True) for item in inputs]
    result = function(*leaves)
    found = torch.autograd.grad([result], leaves, grad_outputs=[vector], allow_unused=True)
    return [torch.zeros_like(leaf) if one is None else one for leaf, one in zip(leaves, found, strict=True)]


@alternative(vjp)
def vjp_by_backward_to_the_inputs(function, inputs, vector):
    leaves = fresh(inputs)
    function(*leaves).backward(gradient=vector, inputs=leaves)
    return tuple(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad for leaf in leaves)


# --- jacobian ---------------------------------------------------------------------------------------------------------


def jacobian(function, x):
    refuse_whole_numbers(x)
    return torch.func.jacrev(function)(x.detach()).detach()


def rows_of(y, x, **options):
    """One gradient for each result."""
    options = {"retain_graph": True, **options}
    return [grads(one, x, **options)[0] for one in y.reshape(-1)]


def stacked(rows, y, x):
    return torch.stack(rows).reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "All results are added up before the derivative is taken: that is one row, the sum of all of them. Each result "
    "needs a backward pass of its own.",
)
def jacobian_of_the_sum(function, x):
    x = x.detach().requires_grad_()
    return grads(function(x).sum(), x)[0]


@mistake(
    jacobian,
    "The shape is turned round: results come first, inputs last. Row i says how result i depends on everything.",
)
def jacobian_turned(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    rows = torch.stack(rows_of(y, x)).reshape(y.numel(), x.numel())
    return rows.T.reshape(*x.shape, *y.shape)


@mistake(
    jacobian,
    "Always a matrix of all results by all inputs. Asked for is the shape of the result followed by the shape of x: "
    "`reshape(*y.shape, *x.shape)`.",
)
def jacobian_flat(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return torch.stack(rows_of(y, x)).reshape(y.numel(), x.numel())


@mistake(
    jacobian,
    "The first backward pass throws the graph away, and the second finds none: `retain_graph=True` keeps it.",
)
def jacobian_once(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return stacked(rows_of(y, x, retain_graph=None), y, x)


@mistake(
    jacobian,
    "Row i holds the sum of the rows up to i: `.grad` adds up from pass to pass. Use `torch.autograd.grad`, or set "
    "`x.grad = None` before each pass.",
)
def jacobian_adds_up(function, x):
    x = x.detach().requires_grad_()
    y, rows = function(x), []
    for one in y.reshape(-1):
        grads_of_all(one)
        rows.append(torch.zeros_like(x) if x.grad is None else x.grad.clone())
    return stacked(rows, y, x)


def grads_of_all(one):
    if one.requires_grad:
        one.backward(retain_graph=True)


@mistake(
    jacobian,
    "Row i holds the sum of the rows up to i: `.grad` adds up from pass to pass. Use `torch.autograd.grad`, or set "
    "`x.grad = None` before each pass.",
)
def jacobian_adds_up_in_x(function, x):
    y = function(x.requires_grad_())
    found = torch.zeros(y.numel(), x.numel(), device=x.device)
    for place, one in enumerate(y.flatten()):
        one.backward(retain_graph=True)
        found[place] = x.grad.flatten()
    return found.reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "`y[i]` is one number only if the result is a vector: a matrix has rows there, and a single number has none. Walk "
    "over `y.flatten()`.",
)
def jacobian_of_vectors(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return torch.stack([torch.autograd.grad(y[i], x, retain_graph=True)[0] for i in range(len(y))])


@mistake(
    jacobian,
    "All rows are equal: they are one tensor, `x.grad`, to which every pass adds in place. Use `torch.autograd.grad`, "
    "which returns a new one each time.",
)
def jacobian_of_one_tensor(function, x):
    x = x.detach().requires_grad_()
    y, rows = function(x), []
    for one in y.reshape(-1):
        grads_of_all(one)
        rows.append(x.grad)
    return stacked(rows, y, x)


@mistake(
    jacobian,
    "The rows are right, and `backward` has added to the `.grad` of the function's weights at every pass. "
    "`torch.autograd.grad` touches none.",
)
def jacobian_by_backward(function, x):
    x = x.detach().requires_grad_()
    y, rows = function(x), []
    for one in y.reshape(-1):
        x.grad = None
        grads_of_all(one)
        rows.append(x.grad)
    return stacked(rows, y, x)


@mistake(
    jacobian,
    "The function is called again for each row. A function with dropout would give each row another network: call it "
    "once and keep the graph with `retain_graph=True`.",
)
def jacobian_calls_again(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return stacked([grads(function(x).reshape(-1)[row], x)[0] for row in range(y.numel())], y, x)


@mistake(
    jacobian,
    "The caller's x is made to need a gradient, and still does afterwards: work on `x.detach().requires_grad_()`.",
)
def jacobian_marks_x(function, x):
    y = function(x.requires_grad_())
    return stacked(rows_of(y, x), y, x)


@mistake(
    jacobian,
    "The rows go into a float32 tensor: doubles lose half their digits. `torch.stack` keeps the dtype.",
)
def jacobian_in_single(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    found = torch.zeros(y.numel(), *x.shape, device=x.device)
    for place, row in enumerate(rows_of(y, x)):
        found[place] = row
    return found.reshape(*y.shape, *x.shape)


@mistake(
    jacobian,
    "The Jacobian carries a graph: `create_graph=True` is for those who differentiate once more.",
)
def jacobian_with_a_graph(function, x):
    x = x.detach().requires_grad_()
    y = function(x)
    return stacked(rows_of(y, x, create_graph=True), y, x)


@alternative(jacobian)
def jacobian_by_units(function, x):
    x = x.detach().clone().requires_grad_()
    y = function(x)
    units = torch.eye(y.numel(), dtype=y.dtype, device=y.device).reshape(-1, *y.shape)
    (rows,) = torch.autograd.grad(y, x, units, is_grads_batched=True)
    return rows.reshape(y.shape + x.shape)


@alternative(jacobian)
def jacobian_by_filling(function, x):
    leaf = x.detach().requires_grad_(True)
    y = function(leaf)
    found = torch.empty(*y.shape, *x.shape, dtype=x.dtype, device=x.device)
    flat = found.view(y.numel(), *x.shape)
    for place in range(y.numel()):
        leaf.grad = None
        unit = torch.zeros_like(y).reshape(-1)
        unit[place] = 1
        y.backward(unit.reshape(y.shape), retain_graph=True, inputs=[leaf])
        flat[place] = leaf.grad
    return found


# --- hessian_vector_product -------------------------------------------------------------------------------------------


def hessian_vector_product(function, x, vector):
    """Forward over reverse: the gradient's own derivative along the vector."""
    return torch.func.jvp(torch.func.grad(function), (x.detach(),), (vector.detach(),))[1].detach()


def slope(function, x, **options):
    leaf = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf, create_graph=True)
    return leaf, gradient


def once_more(target, leaf, **options):
    return grads(target, leaf, **options)[0] if target.requires_grad else torch.zeros_like(leaf)


@mistake(
    hessian_vector_product,
    "The first derivative was taken without a graph, and nothing leads back from it. Say `create_graph=True` there.",
)
def hvp_without_a_graph(function, x, vector):
    leaf = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf)
    return torch.autograd.grad((gradient * vector).sum(), leaf)[0]


@mistake(
    hessian_vector_product,
    "The gradient's entries are added up and the vector comes too late: that gives each row's sum times one number. "
    "Take the derivative of gradient · vector.",
)
def hvp_of_sums(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more(gradient.sum(), leaf) * vector.detach()


@mistake(
    hessian_vector_product,
    "There is only one derivative here, multiplied by the vector. Take the derivative of gradient · vector once more.",
)
def hvp_of_first_order(function, x, vector):
    _, gradient = slope(function, x)
    return (gradient * vector).detach()


@mistake(
    hessian_vector_product,
    "This is gradient plus product: the first `backward` left the gradient in `x.grad`, and the second added to it. "
    "`torch.autograd.grad` has no such memory.",
)
def hvp_adds_the_gradient(function, x, vector):
    x = x.detach().clone().requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of the circle that this makes
        function(x).backward(create_graph=True)
    (x.grad * vector).sum().backward()
    return x.grad


@mistake(
    hessian_vector_product,
    "The whole matrix of second derivatives is built. For n numbers it holds n²: for a network, more than there is "
    "memory. One backward pass through gradient · vector is enough.",
)
def hvp_by_the_matrix(function, x, vector):
    leaf, gradient = slope(function, x)
    flat = gradient.reshape(-1)
    rows = torch.stack([once_more(one, leaf, retain_graph=True).reshape(-1) for one in flat])
    return (rows @ vector.detach().reshape(-1)).reshape(x.shape)


@mistake(
    hessian_vector_product,
    "`backward` has added to the `.grad` of the function's weights. `torch.autograd.grad` touches none.",
)
def hvp_by_backward(function, x, vector):
    leaf, gradient = slope(function, x)
    target = (gradient * vector.detach()).sum()
    if target.requires_grad:
        target.backward()
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad


@mistake(
    hessian_vector_product,
    "The product carries a graph. Only the first derivative needs `create_graph=True`.",
)
def hvp_with_a_graph(function, x, vector):
    leaf, gradient = slope(function, x)
    return once_more((gradient * vector).sum(), leaf, create_graph=True)


@mistake(
    hessian_vector_product,
    "A linear function has a constant gradient, and nothing leads back from a constant: `requires_grad` is False, or "
    "the derivative with respect to x is None. Its product is zero.",
)
def hvp_trips_over_lines(function, x, vector):
    leaf, gradient = slope(function, x)
    return torch.autograd.grad((gradient * vector.detach()).sum(), leaf)[0]


@mistake(
    hessian_vector_product,
    "The caller's x is made to need a gradient, and still does afterwards: work on `x.detach().requires_grad_()`.",
)
def hvp_marks_x(function, x, vector):
    (gradient,) = torch.autograd.grad(function(x.requires_grad_()), x, create_graph=True)
    return once_more((gradient * vector.detach()).sum(), x)


@alternative(hessian_vector_product)
def hvp_by_grad_outputs(function, x, vector):
    leaf, gradient = slope(function, x)
    if not gradient.requires_grad:
        return torch.zeros_like(x)
    return grads(gradient, leaf, vector.detach())[0]


@alternative(hessian_vector_product)
def hvp_by_a_dot(function, x, vector):
    leaf = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(function(leaf), leaf, create_graph=True)
    along = torch.dot(gradient.reshape(-1), vector.reshape(-1)) + 0 * leaf.sum()
    (product,) = torch.autograd.grad(along, leaf)
    return product


# --- sgd_step ---------------------------------------------------------------------------------------------------------


def sgd_step(parameters, rate):
    """The library's optimizer."""
    torch.optim.SGD(list(parameters), lr=rate).step()


def learned(parameters):
    return [weight for weight in parameters if weight.grad is not None]


@mistake(
    sgd_step,
    "`.data` hides the change from the version counter: a backward pass that comes too late goes through, with wrong "
    "numbers. Under `torch.no_grad()` it is noticed.",
)
def steps_on_data(parameters, rate):
    for weight in learned(parameters):
        weight.data -= rate * weight.grad


@mistake(sgd_step, "The step goes uphill: the gradient points to where the loss grows, so subtract it.")
def steps_uphill(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight += rate * weight.grad


@mistake(
    sgd_step,
    "`weight = weight - …` gives the name `weight` to a new tensor; the caller's stays as it was. Change it in place.",
)
def steps_beside(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight = weight - rate * weight.grad


@mistake(
    sgd_step,
    "`weight = weight - …` gives the name `weight` to a new tensor; the caller's stays as it was. Change it in place.",
)
def steps_beside_and_trips(parameters, rate):
    for weight in parameters:
        weight = weight - rate * weight.grad


@mistake(
    sgd_step,
    "A leaf that learns cannot be changed in place while gradients are recorded: do it under `torch.no_grad()`.",
)
def steps_on_record(parameters, rate):
    for weight in learned(parameters):
        weight -= rate * weight.grad


@mistake(
    sgd_step,
    "A weight that took no part has `.grad` None. Skip it.",
)
def steps_without_a_gradient(parameters, rate):
    with torch.no_grad():
        for weight in parameters:
            weight -= rate * weight.grad


@mistake(
    sgd_step,
    "The gradients are cleared, too. That is another decision, and another function: `zero_grad`.",
)
def steps_and_clears(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= rate * weight.grad
            weight.grad = None


@mistake(
    sgd_step,
    "The weight gets new memory. Whoever holds a view of it, or shares it, keeps the old numbers: change it in place.",
)
def steps_into_new_memory(parameters, rate):
    for weight in learned(parameters):
        weight.data = weight.data - rate * weight.grad


@mistake(
    sgd_step,
    "Gradients stay switched off for the whole notebook: `torch.set_grad_enabled(False)` has no end. "
    "`with torch.no_grad():` has.",
)
def steps_and_stays_off(parameters, rate):
    torch.set_grad_enabled(False)
    for weight in learned(parameters):
        weight -= rate * weight.grad


@mistake(
    sgd_step, "The gradient itself is multiplied by the rate in place: the next reader of `.grad` finds it shrunk."
)
def steps_and_shrinks(parameters, rate):
    with torch.no_grad():
        for weight in learned(parameters):
            weight -= weight.grad.mul_(rate)


@alternative(sgd_step)
@torch.no_grad()
def steps_with_alpha(parameters, rate):
    for weight in parameters:
        if weight.grad is not None:
            weight.sub_(weight.grad, alpha=rate)


@alternative(sgd_step)
def steps_on_a_detached(parameters, rate):
    """`detach` shares the memory and, unlike `.data`, the version counter."""
    for weight in learned(parameters):
        weight.detach().copy_(weight.detach() - weight.grad * rate)


# --- accumulated_gradient ---------------------------------------------------------------------------------------------


def accumulated_gradient(loss_of, batches, optimizer, every):
    """The definition: the gradient of the group's mean loss, taken at once and put in place."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    losses = []
    for first in range(0, len(batches), every):
        group = batches[first : first + every]
        total, sums = 0.0, [torch.zeros_like(weight) for weight in weights]
        for batch in group:
            loss = loss_of(batch)
            for place, slope in zip(sums, torch.autograd.grad(loss, weights), strict=True):
                place += slope / len(group)
            total += loss.item() / len(group)
            del loss
        for weight, place in zip(weights, sums, strict=True):
            weight.grad = place
        optimizer.step()
        optimizer.zero_grad()
        losses.append(total)
    return losses


def groups_of(batches, every):
    return [batches[first : first + every] for first in range(0, len(batches), every)]


def accumulate(loss_of, batches, optimizer, every, share=len, before=True, each=False, after="step, zero", groups=None):
    """The frame of most answers; mistakes change one decision."""
    losses = []
    if before:
        optimizer.zero_grad()
    for group in groups_of(batches, every) if groups is None else groups:
        total = 0.0
        for batch in group:
            if each:
                optimizer.zero_grad()
            loss = loss_of(batch) / share(group)
            loss.backward()
            total += loss.item() * share(group) / len(group)
            del loss
        for deed in after.split(", "):
            optimizer.step() if deed == "step" else optimizer.zero_grad()
        losses.append(total)
    return losses


@mistake(
    accumulated_gradient,
    "This is the notes' order: the gradients are cleared, and then the optimizer steps with nothing. Step first.",
)
def clears_then_steps(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, after="zero, step")


@mistake(
    accumulated_gradient,
    "The gradients are never cleared after a step: each step carries those of all earlier ones along.",
)
def never_clears(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, after="step")


@mistake(
    accumulated_gradient,
    "The gradients are added up and not divided: the step is as many times too long as a group has batches.",
)
def adds_without_dividing(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, share=lambda group: 1)


@mistake(
    accumulated_gradient,
    "Batches that are left over at the end are computed and never used. A last, smaller group gets its step, too.",
)
def forgets_the_rest(loss_of, batches, optimizer, every):
    whole = len(batches) // every * every
    losses = accumulate(loss_of, batches, optimizer, every, groups=groups_of(batches[:whole], every))
    for batch in batches[whole:]:
        (loss_of(batch) / every).backward()
    return losses


@mistake(
    accumulated_gradient,
    "The last group is smaller and divided by `every` all the same: its step is too short. Divide by the number of "
    "batches that the group has.",
)
def divides_by_every(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, share=lambda group: every)


@mistake(
    accumulated_gradient,
    "There is a step after each batch: nothing is accumulated.",
)
def steps_at_once(loss_of, batches, optimizer, every):
    losses = []
    for batch in batches:
        optimizer.zero_grad()
        loss = loss_of(batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        del loss
    optimizer.zero_grad()
    return [sum(group) / len(group) for group in groups_of(losses, every)]


@mistake(
    accumulated_gradient,
    "The gradients are cleared before each batch: a step sees only the last batch of its group.",
)
def keeps_the_last_batch(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, each=True)


@mistake(
    accumulated_gradient,
    "`it % every == 0` is true for it = 0: the first step comes after one batch. Count from one: (it + 1) % every.",
)
def steps_one_too_early(loss_of, batches, optimizer, every):
    groups = [batches[:1], *groups_of(batches[1:], every)]
    return accumulate(loss_of, batches, optimizer, every, share=lambda group: every, groups=groups)


@mistake(
    accumulated_gradient,
    "What stood in `.grad` before goes into the first step. Clear it before you begin.",
)
def begins_with_the_old(loss_of, batches, optimizer, every):
    return accumulate(loss_of, batches, optimizer, every, before=False)


@mistake(
    accumulated_gradient,
    "The losses of a group are added up and sent back together: the numbers are right, but all its graphs are held "
    "at once, and saving that memory was the point. Call `backward` for each batch.",
)
def holds_all_graphs(loss_of, batches, optimizer, every):
    losses = []
    optimizer.zero_grad()
    for group in groups_of(batches, every):
        loss = sum(loss_of(batch) for batch in group) / len(group)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


@mistake(
    accumulated_gradient,
    "The list holds the sum of a group's losses; asked for is their mean.",
)
def returns_sums(loss_of, batches, optimizer, every):
    means = accumulate(loss_of, batches, optimizer, every)
    return [mean * len(group) for mean, group in zip(means, groups_of(batches, every), strict=True)]


@mistake(
    accumulated_gradient,
    "The order is mended, and the rest is as it was: one loss for each batch in the place of a mean for each group, "
    "and no step for the batches that are left over.",
)
def mends_the_order_only(loss_of, batches, optimizer, every):
    losses = []
    for it, batch in enumerate(batches):
        loss = loss_of(batch) / every
        loss.backward()
        losses.append(loss.item())
        if (it + 1) % every == 0:
            optimizer.step()
            optimizer.zero_grad()
    return losses


@alternative(accumulated_gradient)
def with_a_counter(loss_of, batches, optimizer, every):
    losses, waiting = [], []
    optimizer.zero_grad(set_to_none=False)
    for number, batch in enumerate(batches, 1):
        waiting.append(float(_backward(loss_of(batch))))
        if number % every == 0 or number == len(batches):
            for group in optimizer.param_groups:
                for weight in group["params"]:
                    weight.grad /= len(waiting)
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
            losses.append(sum(waiting) / len(waiting))
            waiting = []
    return losses


def _backward(loss):
    loss.backward()
    return loss.detach()


@alternative(accumulated_gradient)
def with_a_tuple(loss_of, batches, optimizer, every):
    return list(accumulate(loss_of, list(batches), optimizer, every, after="step, zero"))


# --- Sigmoid ----------------------------------------------------------------------------------------------------------


class Sigmoid(Function):
    """The library's sigmoid; its derivative by the library, computed anew."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        with torch.enable_grad():
            if not torch.is_grad_enabled() or not x.requires_grad:
                x = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(torch.sigmoid(x).sum(), x, create_graph=True)
        return grad * slope


def value(x):
    return 1 / (1 + torch.exp(-x))


def keep_result(ctx, x, y):
    ctx.save_for_backward(y)


def slope_of_result(ctx):
    (y,) = ctx.saved_tensors
    return y * (1 - y)


def sigmoid_like(
    value=value,
    keep=keep_result,
    slope=slope_of_result,
    chain=lambda grad, slope: grad * slope,
    wrap=lambda backward: backward,
):
    """The frame of most answers; mistakes change one step."""

    class Answer(Function):
        @staticmethod
        def forward(ctx, x):
            y = value(x)
            keep(ctx, x, y)
            return y

        @staticmethod
        @wrap
        def backward(ctx, grad):
            return chain(grad, slope(ctx))

    return Answer


forgets_the_chain = mistake(
    Sigmoid,
    "The derivative y·(1 − y) is returned alone. `backward` is one link of a chain: multiply by the gradient that "
    "arrives.",
)(sigmoid_like(chain=lambda grad, slope: slope))


def _attribute_result(ctx, x, y):
    ctx.y = y


keeps_the_result_by_hand = mistake(
    Sigmoid,
    "The result is kept as an attribute of `ctx`. Then nobody notices when it is changed in place, and result and node "
    "hold each other in memory. Use `ctx.save_for_backward`.",
)(sigmoid_like(keep=_attribute_result, slope=lambda ctx: ctx.y * (1 - ctx.y)))


def _attribute_input(ctx, x, y):
    ctx.x = x


keeps_the_input_by_hand = mistake(
    Sigmoid,
    "The input is kept as an attribute of `ctx`: when somebody changes it in place, the derivative is silently wrong. "
    "`ctx.save_for_backward` would notice.",
)(sigmoid_like(keep=_attribute_input, slope=lambda ctx: value(ctx.x) * (1 - value(ctx.x))))


def _save_slope(ctx, x, y):
    ctx.save_for_backward(y * (1 - y))


saves_the_slope = mistake(
    Sigmoid,
    "For the second derivative, y·(1 − y) is a constant here: it was computed in `forward`, which records nothing, or "
    "cut off with `detach`. Save an input or the result, and compute the rest in `backward`.",
)(sigmoid_like(keep=_save_slope, slope=lambda ctx: ctx.saved_tensors[0]))

forgets_the_tuple = mistake(
    Sigmoid, "`ctx.saved_tensors` is a tuple, also when it holds one tensor: `(y,) = ctx.saved_tensors`."
)(sigmoid_like(slope=lambda ctx: ctx.saved_tensors, chain=lambda grad, slope: grad * slope * (1 - slope)))

differentiable_once = mistake(
    Sigmoid,
    "`once_differentiable` forbids the second derivative, which is asked for here: y·(1 − y) can be differentiated.",
)(sigmoid_like(wrap=once_differentiable))


def _save_input(ctx, x, y):
    ctx.save_for_backward(x)


uses_x_for_y = mistake(Sigmoid, "The derivative is y·(1 − y) with the result y; here it is computed with the input x.")(
    sigmoid_like(keep=_save_input, slope=lambda ctx: ctx.saved_tensors[0] * (1 - ctx.saved_tensors[0]))
)

overflows = mistake(
    Sigmoid,
    "exp(x) overflows, and inf / inf is NaN. Write 1 / (1 + exp(−x)): there inf ends below the line, and gives 0.",
)(sigmoid_like(value=lambda x: torch.exp(x) / (1 + torch.exp(x))))


def _slope_of_input(ctx):
    powers = torch.exp(-ctx.saved_tensors[0])
    return powers / (1 + powers) ** 2


slope_overflows = mistake(
    Sigmoid,
    "The derivative is computed from exp(−x) and overflows far from zero: NaN. With the result it is y·(1 − y).",
)(sigmoid_like(keep=_save_input, slope=_slope_of_input))

wrong_sign = mistake(Sigmoid, "The derivative is y·(1 − y), positive everywhere; this one has another sign.")(
    sigmoid_like(slope=lambda ctx: -slope_of_result(ctx))
)


@mistake(
    Sigmoid,
    "Autograd derives this from the operations. Make it a Function with a `backward` of its own: one node, one saved "
    "tensor.",
)
class NoFunction:
    apply = staticmethod(value)


in_place = mistake(Sigmoid, "The input is overwritten: `neg_`, `exp_` and their like write into the caller's tensor.")(
    sigmoid_like(value=lambda x: x.neg_().exp_().add(1).reciprocal())
)

spoils_the_gradient = mistake(
    Sigmoid,
    "The gradient that arrives is changed in place. It belongs to other branches, too: make a new tensor.",
)(sigmoid_like(chain=lambda grad, slope: grad.mul_(slope)))


@alternative(Sigmoid)
class WithSetup(Function):
    """The newer form: `forward` without a context."""

    @staticmethod
    def forward(x):
        return 0.5 * (1 + torch.tanh(x / 2))

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * (y - y * y)


from_the_input = alternative(Sigmoid)(
    sigmoid_like(keep=_save_input, slope=lambda ctx: value(ctx.saved_tensors[0]) * value(-ctx.saved_tensors[0]))
)


# --- StraightThroughRound ---------------------------------------------------------------------------------------------


class StraightThroughRound(Function):
    """The definition, number by number, for the step's gradient."""

    @staticmethod
    def forward(ctx, x, step):
        ctx.save_for_backward(x, step)
        return torch.round(x / step) * step

    @staticmethod
    def backward(ctx, grad):
        x, step = ctx.saved_tensors
        total = torch.zeros_like(step)
        for one, arriving in zip(x.reshape(-1), grad.reshape(-1), strict=True):
            total = total + arriving * (torch.round(one / step) - one / step)
        needed = ctx.needs_input_grad
        return (grad.clone() if needed[0] else None), (total if needed[1] else None)


def save_both(ctx, x, step):
    ctx.save_for_backward(x, step)


def error(x, step):
    return torch.round(x / step) - x / step


def what_is_needed(ctx, pair):
    return tuple(one if needed else None for one, needed in zip(pair, ctx.needs_input_grad, strict=True))


def straight(
    value=lambda x, step: step * torch.round(x / step),
    keep=save_both,
    kept=lambda ctx: ctx.saved_tensors,
    of_x=lambda grad, x, step: grad,
    of_step=lambda grad, x, step: (grad * error(x, step)).sum(),
    hand_on=what_is_needed,
):
    """The frame of most answers; mistakes change one step."""

    class Answer(Function):
        @staticmethod
        def forward(ctx, x, step):
            keep(ctx, x, step)
            return value(x, step)

        @staticmethod
        def backward(ctx, grad):
            x, step = kept(ctx)
            return hand_on(ctx, (of_x(grad, x, step), of_step(grad, x, step)))

    return Answer


@mistake(
    StraightThroughRound,
    "Autograd derives this from the operations, and the derivative of `round` is zero: nothing reaches x. Make it a "
    "Function whose `backward` says what you want.",
)
class PlainRound:
    apply = staticmethod(lambda x, step: step * torch.round(x / step))


scales_the_gradient = mistake(
    StraightThroughRound,
    "The gradient of x is scaled by the step. Straight through means: it leaves as it arrives.",
)(straight(of_x=lambda grad, x, step: grad * step))

divides_the_gradient = mistake(
    StraightThroughRound,
    "The gradient of x is divided by the step. Dividing and multiplying again cancel: it leaves as it arrives.",
)(straight(of_x=lambda grad, x, step: grad / step))

rounds_the_gradient = mistake(
    StraightThroughRound, "The gradient is rounded as well. Only values are rounded; gradients pass as they are."
)(straight(of_x=lambda grad, x, step: step * torch.round(grad / step)))

no_gradient_for_the_step = mistake(
    StraightThroughRound, "The step gets no gradient. It learns too: by rounding minus ratio, as the text derives."
)(straight(hand_on=lambda ctx, pair: (pair[0], None)))

only_the_rounded_ratio = mistake(
    StraightThroughRound,
    "The step's gradient lacks a part: x / step changes with the step, too, and brings − x / step.",
)(straight(of_step=lambda grad, x, step: (grad * torch.round(x / step)).sum()))

the_other_sign = mistake(
    StraightThroughRound, "The step's gradient has the other sign: it is round(x / step) minus x / step."
)(straight(of_step=lambda grad, x, step: -(grad * error(x, step)).sum()))

forgets_what_arrives = mistake(
    StraightThroughRound,
    "The step's gradient is not multiplied by the gradient that arrives: `backward` is one link of a chain.",
)(straight(of_step=lambda grad, x, step: error(x, step).sum()))

averages = mistake(
    StraightThroughRound, "The step's gradient is averaged. The step acts on every number, and its gradients add up."
)(straight(of_step=lambda grad, x, step: (grad * error(x, step)).mean()))

answers_unasked = mistake(
    StraightThroughRound,
    "Gradients are computed that nobody needs. `ctx.needs_input_grad` says for each input of `forward` whether it is "
    "wanted; return None for the others.",
)(straight(hand_on=lambda ctx, pair: pair))

one_for_two = mistake(
    StraightThroughRound,
    "`backward` returns one gradient, and `forward` has two inputs: return one for each, or None.",
)(straight(hand_on=lambda ctx, pair: pair[0]))


def _by_attributes(ctx, x, step):
    ctx.x, ctx.step = x, step


keeps_by_hand = mistake(
    StraightThroughRound,
    "The inputs are kept as attributes of `ctx`: when somebody changes x in place, the step's gradient is silently "
    "wrong. `ctx.save_for_backward` would notice.",
)(straight(keep=_by_attributes, kept=lambda ctx: (ctx.x, ctx.step)))

halves_up = mistake(
    StraightThroughRound,
    "Halves are rounded up, by floor(x + ½). `torch.round` takes the even neighbour, so that errors cancel.",
)(straight(value=lambda x, step: step * torch.floor(x / step + 0.5)))

ignores_the_step = mistake(
    StraightThroughRound, "The values are rounded to whole numbers. Asked for are multiples of the step."
)(straight(value=lambda x, step: torch.round(x)))

overwrites_x = mistake(
    StraightThroughRound, "The caller's x is overwritten: `round_`, `div_` and `mul_` work in place."
)(straight(value=lambda x, step: x.div_(step).round_().mul_(step).clone()))


@alternative(StraightThroughRound)
class WithErrors(Function):
    @staticmethod
    def forward(ctx, x, step):
        ratio = x / step
        rounded = ratio.round()
        ctx.save_for_backward(rounded - ratio)
        return rounded * step

    @staticmethod
    def backward(ctx, grad):
        (error,) = ctx.saved_tensors
        wanted = ctx.needs_input_grad
        of_x = grad if wanted[0] else None
        return of_x, grad * error if wanted[1] else None  # the engine sums it to the step's shape


@alternative(StraightThroughRound)
class WithSetupToo(Function):
    @staticmethod
    def forward(x, step):
        return torch.round(x / step) * step

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad):
        x, step = ctx.saved_tensors
        of_x = of_step = None
        if ctx.needs_input_grad[0]:
            of_x = grad * 1
        if ctx.needs_input_grad[1]:
            of_step = torch.sum(grad * torch.round(x / step)) - torch.sum(grad * x) / step
        return of_x, of_step


equivalent(
    jacobian,
    "rows = [torch.autograd.grad(one, x, retain_graph=True)[ -1] for one in result.flatten()]",
    "grad returns a tuple of one: its first entry is its last",
)
for function in (Sigmoid, StraightThroughRound):
    equivalent(
        function,
        "(a line is gone)",
        "the line is @staticmethod; apply takes forward and backward from the class, where a function is itself",
    )
