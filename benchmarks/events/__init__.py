"""How well incidents are found: precision, recall and delay of whole events, beside naive rules."""
