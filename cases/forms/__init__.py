"""The shape of what is typed; what may be is the services' to say."""
