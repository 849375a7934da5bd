"""How a destination is reached: names, addresses, sockets, TLS."""
