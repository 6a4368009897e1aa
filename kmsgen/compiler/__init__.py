"""Intent to bundle: the key policy, identity policies and grants that allow what was asked and nothing else."""

from kmsgen.compiler.compile import Compiled, compile_intent
from kmsgen.compiler.key_policy import EmptyKeyPolicyError

__all__ = ["Compiled", "EmptyKeyPolicyError", "compile_intent"]
