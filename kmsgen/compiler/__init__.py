"""Intent to bundle: the key policy, identity policies and grants that allow what was asked and nothing else."""

from kmsgen.compiler.compile import Compiled, compile_intent

__all__ = ["Compiled", "compile_intent"]
