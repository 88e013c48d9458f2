"""What proves a hazard: clips, snapshots and their hashes."""
