"""Formulas written with NumPy, read as sympy expressions and written out as straight-line code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

# NumPy's name → sympy's.
_FUNCTIONS = {
    "arccos": "acos",
    "arcsin": "asin",
    "arctan": "atan",
    "arctan2": "atan2",
    "absolute": "Abs",
    "maximum": "Max",
    "minimum": "Min",
    **{name: name for name in ("cos", "cosh", "exp", "log", "sign", "sin", "sinh", "sqrt", "tan", "tanh")},
}
_COMPARISONS = {
    "less": "Lt",
    "less_equal": "Le",
    "greater": "Gt",
    "greater_equal": "Ge",
    "equal": "Eq",
    "not_equal": "Ne",
}
_LOGIC = {"logical_and": "And", "logical_or": "Or", "logical_not": "Not", "bitwise_and": "And", "bitwise_or": "Or"}


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of sympy expressions that answers NumPy's functions."""

    def __init__(self, items: Any) -> None:
        self.items = np.asarray(items, dtype=object)

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an array."""
        return self.items.shape

    @property
    def ndim(self) -> int:
        """As of an array."""
        return self.items.ndim

    @property
    def T(self) -> Traced:
        """The transpose."""
        return Traced(self.items.T)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Traced:
        return Traced(self.items[index])

    def __iter__(self) -> Any:
        return (Traced(item) for item in self.items)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Traced:
        """As of an array."""
        return Traced(np.sum(self.items, axis=axis, keepdims=keepdims))

    def __bool__(self) -> bool:
        raise TypeError("a comparison decides on a branch: use np.where(condition, a, b)")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Traced:
        import sympy

        name = ufunc.__name__
        arguments = [value.items if isinstance(value, Traced) else value for value in inputs]
        if method == "reduce" and name == "add":
            return Traced(
                np.add.reduce(arguments[0], axis=options.get("axis", 0), keepdims=options.get("keepdims", False))
            )
        if method != "__call__" or options:
            raise TypeError(f"np.{name}.{method} cannot be used in a kernel's formula")
        if name == "heaviside":
            rule: Any = lambda a, b: sympy.Piecewise((0, a < 0), (b, sympy.Eq(a, 0)), (1, True))  # noqa: E731
        elif name == "hypot":
            rule = lambda a, b: sympy.sqrt(a * a + b * b)  # noqa: E731
        elif name in (
            "add",
            "subtract",
            "multiply",
            "true_divide",
            "divide",
            "power",
            "negative",
            "positive",
            "square",
        ):
            return Traced(ufunc(*arguments))
        elif name in _FUNCTIONS:
            rule = getattr(sympy, _FUNCTIONS[name])
        elif name in _COMPARISONS:
            rule = getattr(sympy, _COMPARISONS[name])
        elif name in _LOGIC:
            rule = getattr(sympy, _LOGIC[name])
        else:
            raise TypeError(f"np.{name} cannot be used in a kernel's formula")
        return Traced(np.frompyfunc(rule, ufunc.nin, 1)(*arguments))

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Traced:
        import sympy

        def bare(value: Any) -> Any:
            if isinstance(value, (list, tuple)):
                return type(value)(bare(item) for item in value)
            return value.items if isinstance(value, Traced) else value

        plain = bare(arguments)
        if function is np.where and len(plain) == 3:
            choose = np.frompyfunc(lambda c, a, b: sympy.Piecewise((a, c), (b, True)), 3, 1)
            return Traced(choose(*plain))
        if function is np.linalg.norm:
            axis = options.get("axis", plain[1] if len(plain) > 1 else None)
            return Traced(np.frompyfunc(sympy.sqrt, 1, 1)(np.sum(plain[0] * plain[0], axis=axis)))
        if function in (np.sum, np.stack, np.concatenate, np.dot, np.moveaxis, np.expand_dims, np.squeeze):
            return Traced(function(*plain, **options))
        if function in (np.zeros_like, np.ones_like):
            return Traced(np.full(plain[0].shape, int(function is np.ones_like), dtype=object))
        raise TypeError(f"np.{getattr(function, '__name__', function)} cannot be used in a kernel's formula")


def expressions(formula: Callable[[Any], Any], dim: int, outputs: int) -> list[Any]:
    """What the formula returns at a symbolic point of R^d, as `outputs` sympy expressions.

    Raises
    ------
    TypeError
        Where the formula uses something that cannot be traced, or returns something else.
    """
    import sympy

    point = Traced(np.array(sympy.symbols("x y z", real=True)[:dim], dtype=object))
    try:
        returned = formula(point)
    except Exception as error:
        raise TypeError(f"the formula of a kernel could not be read in dimension {dim}: {error}") from error
    if isinstance(returned, (tuple, list)):
        returned = [item.items.item() if isinstance(item, Traced) else item for item in returned]
    items = np.atleast_1d(
        returned.items if isinstance(returned, Traced) else np.asarray(returned, dtype=object)
    ).ravel()
    if items.size != outputs:
        raise TypeError(f"the formula of a kernel must return {outputs} value(s) in dimension {dim}, got {items.size}")
    return [sympy.sympify(item) for item in items]


def is_odd(values: Sequence[Any]) -> bool:
    """Whether the expressions provably change sign with the point; False where sympy cannot tell."""
    import sympy

    reflected = {v: -v for v in sympy.symbols("x y z", real=True)}
    return all(sympy.expand(value.subs(reflected, simultaneous=True) + value) == 0 for value in values)


def statements(values: Sequence[Any], names: Sequence[str]) -> list[str]:
    """Lines of Python that assign the expressions to the names, common subexpressions first."""
    import sympy
    from sympy.printing.pycode import PythonCodePrinter

    class Printer(PythonCodePrinter):
        """sqrt and products where Python's printer writes powers: they vectorise, `pow` does not."""

        def _print_Pow(self, expr: Any, rational: bool = False) -> str:
            base, exponent = expr.as_base_exp()
            double = 2 * exponent
            if not (double.is_Integer and abs(double) <= 24):
                return f"({self._print(base)}) ** ({self._print(exponent)})"
            whole, half = divmod(abs(int(double)), 2)
            text = self.parenthesize(base, 1000)
            factors = [text] * whole + [f"np.sqrt({self._print(base)})"] * half
            product = "(" + " * ".join(factors) + ")"
            return f"(1.0 / {product})" if exponent < 0 else product

        def _print_Abs(self, expr: Any) -> str:
            return f"abs({self._print(expr.args[0])})"

        def _print_Rational(self, expr: Any) -> str:
            return repr(float(expr))

        def _print_Integer(self, expr: Any) -> str:
            return repr(float(expr))

        def _print_sign(self, expr: Any) -> str:
            argument = self._print(expr.args[0])
            return f"(1.0 if {argument} > 0.0 else (-1.0 if {argument} < 0.0 else 0.0))"

        def _print_DiracDelta(self, expr: Any) -> str:
            # The derivative of a jump: carried by a null set.
            return "0.0"

        def _print_Heaviside(self, expr: Any) -> str:
            argument = self._print(expr.args[0])
            return f"(1.0 if {argument} > 0.0 else (0.0 if {argument} < 0.0 else 0.5))"

    printer = Printer({"fully_qualified_modules": True})
    shared, reduced = sympy.cse(list(values), symbols=sympy.numbered_symbols("t"))
    lines = [f"{name} = {printer.doprint(value)}" for name, value in shared]
    lines += [f"{name} = {printer.doprint(value)}" for name, value in zip(names, reduced, strict=True)]
    return [line.replace("math.", "np.") for line in lines]
