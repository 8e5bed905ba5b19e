"""HTTP in, one service call, redirect out: reading, lodging, deciding appeals."""
