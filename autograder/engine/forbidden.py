"""Operations that an answer must not use: found in its source and while it runs, and named.

The source is read as a tree, so that a comment or a string does not count; the names that the answer uses are
followed through the notebook, so that an alias or a helper does, while a variable of its own does not. What only
shows at run time (`getattr` with a computed name) is seen by a `TorchFunctionMode`
(https://docs.pytorch.org/docs/stable/torch.overrides.html#torch.overrides.TorchFunctionMode).
"""

from __future__ import annotations

import ast
import pkgutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import nn
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode, resolve_name

BELOW = ("torch.ops.", "torch._C.")
# A module that only keeps things for the answer is used too, though nobody calls it.
HOOKS = (
    hooks.register_module_forward_pre_hook,
    hooks.register_module_parameter_registration_hook,
    hooks.register_module_buffer_registration_hook,
    hooks.register_module_module_registration_hook,
)


def name_of(operation: Any) -> str:
    """`torch.nn.functional.softmax`, `torch.Tensor.softmax`, `torch.nn.modules.activation.Softmax`."""
    if isinstance(operation, type):
        return f"{operation.__module__}.{operation.__qualname__}"
    if known := resolve_name(operation):
        return str(known)
    if hasattr(operation, "__objclass__"):  # a property of tensors, as torch.Tensor.T
        return f"torch.Tensor.{operation.__name__}"
    return f"{operation.__module__}.{operation.__qualname__}"


def resolved(without: Iterable[Any]) -> list[Any]:
    """The operations themselves. A library that takes long to import may be named: `"transformers:BertModel"`."""
    return [pkgutil.resolve_name(item) if isinstance(item, str) else item for item in without]


@contextmanager
def watching(without: Iterable[Any], used: set[str]) -> Iterator[None]:
    """While it lasts, adds to `used` the name of each operation of `without` that is called."""
    operations = resolved(without)
    functions = [operation for operation in operations if not isinstance(operation, type)]
    classes = [operation for operation in operations if isinstance(operation, type)]

    def note(module: nn.Module, *details: Any) -> None:
        used.update(name_of(kind) for kind in classes if isinstance(module, kind))

    with ExitStack() as watches:
        for hook in HOOKS if classes else ():
            watches.enter_context(hook(note))
        if functions:
            watches.enter_context(_Watch(functions, used))
        yield


def inherited(answer: object, without: Iterable[Any]) -> set[str]:
    """The classes of `without` that `answer` stands on: inheriting a module is using it, called or not."""
    classes = [operation for operation in without if isinstance(operation, type)]
    return {name_of(kind) for kind in classes if isinstance(answer, type) and issubclass(answer, kind)}


class _Watch(TorchFunctionMode):
    def __init__(self, functions: list[Any], used: set[str]) -> None:
        super().__init__()
        self.functions, self.used = functions, used

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        getter = getattr(func, "__self__", None)  # torch.Tensor.T arrives as torch.Tensor.T.__get__
        self.used.update(name_of(one) for one in self.functions if func is one or getter is one)
        return func(*args, **(kwargs or {}))


def forbidden_in_source(source: str, answer: str, without: Iterable[Any]) -> set[str]:
    """The operations of `without` that the source of `answer` names, directly or through what it uses.

    Args:
        source: code of the notebook: imports, the answer, whatever else the student wrote. Source that does not
            parse names nothing: hand over the cells that do.
        answer: the name of the function or class to start at.
        without: what must not be used.
    """
    try:
        notebook = _Notebook(ast.parse(source), resolved(without))
        return {name for part in notebook.reachable(answer) for name in part.forbidden()}
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what the parser says to broken or hostile code
        return set()


class _Notebook:
    """What the names of a notebook stand for: imports, definitions, assignments at its top level."""

    def __init__(self, tree: ast.Module, without: list[Any]) -> None:
        self.without = {name_of(operation): operation for operation in without}
        self.imports: dict[str, str] = {}
        self.definitions: dict[str, list[ast.AST]] = {}
        self.values: dict[str, list[ast.AST]] = {}
        for node in _top_level(tree):
            self.imports |= _imports(node)
            self._define(node)

    def _define(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.definitions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (name for target in targets for name in ast.walk(target)):
                if isinstance(name, ast.Name):
                    self.values.setdefault(name.id, []).append(node.value)

    def stands_for(self, name: str) -> list[ast.AST]:
        """A definition wins: the lesson may hand over the library's version under the same name later on."""
        return self.definitions.get(name) or self.values.get(name, [])

    def reachable(self, answer: str) -> list[_Part]:
        """The answer, and every definition that its names lead to."""
        parts = [_Part(ast.Name(answer, ast.Load()), self)]
        seen: set[str] = set()
        for part in parts:  # grows while it is walked
            for name in part.free - seen:
                seen.add(name)
                parts += [_Part(node, self) for node in self.stands_for(name)]
        return parts

    def named(self, path: str) -> str | None:
        """The forbidden operation that `path` leads to, under whatever name torch exports it."""
        target = self.resolve(path)
        found = next((name for name, one in self.without.items() if name == path or target is one), None)
        return found or self._below_python(path)

    def _below_python(self, path: str) -> str | None:
        """`torch.ops.aten.softmax`, and what hides calls from a function mode."""
        if not path.startswith(BELOW):
            return None
        parts = path.split(".")
        if "DisableTorchFunction" in parts[-1] and self.without:
            return path
        return next((name for name in self.without if name.rpartition(".")[2] in parts), None)

    def resolve(self, path: str) -> Any:
        """The object at the end of a dotted path; None outside the libraries of the forbidden operations."""
        root, *rest = path.split(".")
        if root not in {name.partition(".")[0] for name in self.without}:
            return None
        target: Any = sys.modules.get(root)
        for part in rest:
            target = getattr(target, part, None)
        return target


class _Part:
    """One definition: which of its names are its own, and what it calls forbidden things by."""

    def __init__(self, node: ast.AST, notebook: _Notebook) -> None:
        self.nodes = list(ast.walk(node))
        self.notebook = notebook
        self.imports = {name: path for inner in self.nodes for name, path in _imports(inner).items()}
        self.own = _own_names(self.nodes) - self.imports.keys()
        self.free = {inner.id for inner in self.nodes if isinstance(inner, ast.Name)} - self.own - self.imports.keys()

    def forbidden(self) -> set[str]:
        return {name for node in self.nodes for name in self._in_node(node)}

    def _in_node(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Attribute | ast.Name):
            path = self._path(node)
            if path and (name := self.notebook.named(path)):
                yield name
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from self._method(node.func)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
            texts = [item.value for item in node.args[1:2] if isinstance(item, ast.Constant)]
            yield from (name for name in self.notebook.without if name.rpartition(".")[2] in texts)

    def _method(self, function: ast.Attribute) -> Iterator[str]:
        """`x.softmax(-1)`; not `torch.softmax(x, -1)`, nor the answer's own method `self.softmax(x)`."""
        mine = isinstance(function.value, ast.Name) and function.value.id == "self"
        name = f"torch.Tensor.{function.attr}"
        if name in self.notebook.without and not mine and not self._path(function):
            yield name

    def _path(self, node: ast.AST) -> str | None:
        """The dotted path from an imported module: `F.softmax` is `torch.nn.functional.softmax`."""
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        root = self._root(node.id) if isinstance(node, ast.Name) else None
        return ".".join([root, *names]) if root else None

    def _root(self, name: str) -> str | None:
        if name in self.imports:
            return self.imports[name]
        if name in self.own or name in self.notebook.definitions:
            return None
        if name in self.notebook.imports:
            return self.notebook.imports[name]
        return self._alias(name) or self._starred(name)

    def _alias(self, name: str) -> str | None:
        """`T = torch` at the top level, then `T.softmax`."""
        for value in self.notebook.values.get(name, []):
            root, *names = ast.unparse(value).split(".") if isinstance(value, ast.Attribute | ast.Name) else [""]
            if root in self.notebook.imports:
                return ".".join([self.notebook.imports[root], *names])
        return None

    def _starred(self, name: str) -> str | None:
        paths = [f"{module}.{name}" for star, module in self.notebook.imports.items() if star.startswith("* ")]
        return next((path for path in paths if self.notebook.resolve(path) is not None), None)


def _top_level(tree: ast.Module) -> Iterator[ast.AST]:
    """The statements that run in the notebook's own namespace, those under `if`, `try` and `with` too."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            waiting += [
                child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt | ast.excepthandler)
            ]


def _imports(node: ast.AST) -> dict[str, str]:
    """Names to dotted paths; a star import stands under `* module`."""
    if isinstance(node, ast.Import):
        first = ((item, item.name.partition(".")[0]) for item in node.names)
        return {item.asname or root: item.name if item.asname else root for item, root in first}
    if isinstance(node, ast.ImportFrom) and node.module:
        stars = {f"* {node.module}": node.module for item in node.names if item.name == "*"}
        return stars | {
            item.asname or item.name: f"{node.module}.{item.name}" for item in node.names if item.name != "*"
        }
    return {}


def _own_names(nodes: list[ast.AST]) -> set[str]:
    """Parameters, and what is assigned or defined, unless it is declared global."""
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    stored |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    shared = {name for node in nodes if isinstance(node, ast.Global) for name in node.names}
    return (stored | parameters) - shared
