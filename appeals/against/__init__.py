"""What an appeal can be against: one interface, a class for each kind of decision, and how they are found."""
