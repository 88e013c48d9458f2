"""Excel files of people, organisation and risks: all of one is taken, or nothing."""
