"""Review verdicts become labels and frozen data set versions."""
