"""Who decides an act under a policy: alone, with others, in a meeting, after asking; the gate of every act."""
