"""Training, export and the shipped weights. The only place with torch and ultralytics."""
