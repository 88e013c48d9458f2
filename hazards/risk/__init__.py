"""Floor plans, risk units, grades and the four colours."""
