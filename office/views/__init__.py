"""The office on screen: one module for each of its pages' subjects."""
