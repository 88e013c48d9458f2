"""A real RTSP camera for tests, on GStreamer.

Run with the system's Python (/usr/bin/python3), which has python3-gi; needs
gir1.2-gst-rtsp-server-1.0 and the GStreamer plugins base, good, bad and ugly.

    /usr/bin/python3 tests/rtsp_server.py --port 8554 [--codec h264|h265|jpeg] [--file made.mp4]
        [--user admin --password secret] [--fps 25] [--size 640x360] [--pattern ball] [--gop 25]

Serves rtsp://127.0.0.1:PORT/cam and prints `ready` when clients may come. A file (MP4 with H.264
or H.265) is played again and again without a gap.
"""

import argparse
import itertools
from pathlib import Path

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max={gop}",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast bitrate=800 key-int-max={gop}",
    "jpeg": "jpegenc quality=70",
}
PAYLOADERS = {
    "h264": "rtph264pay name=pay0 pt=96 config-interval=1",
    "h265": "rtph265pay name=pay0 pt=96 config-interval=1",
    "jpeg": "rtpjpegpay name=pay0 pt=26",
}


def access_units(file: Path, codec: str) -> list[Gst.Buffer]:
    """The encoded pictures of an MP4 file, with start codes and parameter sets."""
    pipeline = Gst.parse_launch(
        f"filesrc location={file} ! qtdemux ! {codec}parse config-interval=-1 ! "
        f"video/x-{codec},stream-format=byte-stream,alignment=au ! appsink name=sink sync=false"
    )
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    units = []
    while (sample := sink.emit("pull-sample")) is not None:
        units.append(sample.get_buffer().copy_deep())
    pipeline.set_state(Gst.State.NULL)
    if not units:
        raise SystemExit(f"{file} cannot be read as {codec}")
    return units


def play_round_and_round(media: GstRtspServer.RTSPMedia, units: list[Gst.Buffer], fps: int) -> None:
    """Feeds the media's appsrc with the units, on a time that never jumps."""
    source = media.get_element().get_by_name("source")
    length = len(units) * Gst.SECOND // fps
    rounds = itertools.count()
    following = ((unit, turn * length) for turn in rounds for unit in units)
    start = units[0].dts

    def push(_source: object, _wanted: int) -> None:
        unit, offset = next(following)
        buffer = unit.copy_deep()
        buffer.pts, buffer.dts = unit.pts - start + offset, unit.dts - start + offset
        source.emit("push-buffer", buffer)

    source.connect("need-data", push)


def launch_line(options: argparse.Namespace) -> str:
    """The pipeline behind /cam."""
    if options.file:
        return (
            "appsrc name=source is-live=true format=time max-bytes=200000 ! "
            f"video/x-{options.codec},stream-format=byte-stream,alignment=au ! "
            f"{PAYLOADERS[options.codec]}"
        )
    width, height = options.size.split("x")
    return (
        f"videotestsrc is-live=true pattern={options.pattern} ! "
        f"video/x-raw,format=I420,width={width},height={height},framerate={options.fps}/1 ! "
        f"{ENCODERS[options.codec].format(gop=options.gop)} ! {PAYLOADERS[options.codec]}"
    )


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--codec", choices=sorted(ENCODERS), default="h264")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--pattern", default="ball")
    parser.add_argument("--gop", type=int, default=25)
    options = parser.parse_args()

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(launch_line(options))
    factory.set_shared(True)
    if options.file:
        units = access_units(options.file, options.codec)
        factory.connect("media-configure", lambda _, m: play_round_and_round(m, units, options.fps))
    if options.user:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        auth = GstRtspServer.RTSPAuth()
        basic = GstRtspServer.RTSPAuth.make_basic(options.user, options.password)
        auth.add_basic(basic, token)
        server.set_auth(auth)
        role = Gst.Structure.new_empty("viewer")
        role.set_value("media.factory.access", True)
        role.set_value("media.factory.construct", True)
        factory.add_role_from_structure(role)
    server.get_mount_points().add_factory("/cam", factory)
    if server.attach(None) == 0:
        raise SystemExit(f"port {options.port} is taken")
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
