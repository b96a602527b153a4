"""What several references of this topic share."""


def first_of(output):
    return output[0] if isinstance(output, tuple) else output


def leaves_of(model):
    return [(name, module) for name, module in model.named_modules() if not list(module.children())]


def remove(handles):
    for handle in handles:
        handle.remove()


def length(gradient):
    return gradient.detach().double().square().sum().sqrt().item()
