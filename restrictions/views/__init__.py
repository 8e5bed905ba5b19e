"""HTTP in, one service call, redirect out: reading, preparing, deciding, reviewing."""
