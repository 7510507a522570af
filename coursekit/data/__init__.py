"""Real data, shipped with the package; licences in LICENCES.md beside this file."""

from coursekit.data.loaders import load_photograph

__all__ = ["load_photograph"]
