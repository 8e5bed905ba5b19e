"""What waits for whom; the nightly sweep."""
