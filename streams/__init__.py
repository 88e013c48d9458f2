"""Camera streams: demux once, packet ring, adaptive decode, clips, live segments, health."""
