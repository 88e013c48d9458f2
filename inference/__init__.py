"""From pictures to violations: session, letterbox, detector, tracker, rules."""
