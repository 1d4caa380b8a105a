"""How clients talk to the broker: AMQP connections, sessions and links, and the nodes that answer requests."""
