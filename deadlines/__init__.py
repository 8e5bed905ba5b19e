"""What somebody must do, by when, under which clause; the provider's holidays."""
