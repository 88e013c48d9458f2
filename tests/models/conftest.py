from fixtures_disk import small_disk  # noqa: F401
