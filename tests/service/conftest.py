from running_service import blocked_video, short_block_video  # noqa: F401
