"""Hash chains: what was written can be shown to be unchanged."""
