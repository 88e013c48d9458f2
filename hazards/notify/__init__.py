"""Messages to people, each kept and none sent twice."""
