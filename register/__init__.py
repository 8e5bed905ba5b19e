"""What staff and contractors must know before they visit or call."""
