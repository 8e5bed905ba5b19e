"""The single point of contact while a restriction runs: named, changed, covered, checked, missed when they leave."""
