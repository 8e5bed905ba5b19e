"""HTTP in, one service call, redirect out. `file` is the frame that the tabs of higher apps stand in."""

from cases.views.frame import bar, file, find

__all__ = ["bar", "file", "find"]
