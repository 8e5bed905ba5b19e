"""The parts of a proposal, each written by itself while it is prepared or has been returned."""
