"""What goes over the wire, one file per part of the domain."""
