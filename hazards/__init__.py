"""The domain: tables, actions and queries. No video, no HTTP, no threads."""
