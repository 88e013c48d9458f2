"""Pictures of free exits: proposed by the system, approved by a person."""
