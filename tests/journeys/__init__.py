"""Journeys: the product as people use it. A package, so that its servers end with it and leave the queue to others."""
