"""The verbs of the worklist: the nightly sweep, and appointing somebody where nobody is free to decide."""
