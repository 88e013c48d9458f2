"""Who changed what: a hash-chained trail of every write by a person."""
