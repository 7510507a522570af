"""How the grader starts Python processes of its own."""

import sys

# nbformat brings jsonschema, which on import looks for an optional check of web addresses that no
# notebook holds; where that package is installed, it builds a grammar for a second, in each
# process anew. Told that it is missing, jsonschema goes without.
_LEAN = """
import runpy, sys
sys.modules["rfc3987_syntax"] = None
module = sys.argv[1]
sys.argv[:2] = [module]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def python(module, *words):
    """The command that runs a module, found where this process finds it."""
    return [sys.executable, "-P", "-c", _LEAN, module, *words]
