"""As much of an RTSP server (RFC 2326) as ffmpeg needs to be told of one stream over UDP.

ffmpeg that reads an SDP file sends no RTCP at all; told of the same stream by RTSP it sends reports
and, if the SDP says AVPF, NACKs and PLIs.
"""

import contextlib
import socket
import threading


class RtspServer:
    """Answers one client: the stream is what `sdp` says, and its RTCP goes to `feedback_port`."""

    def __init__(self, sdp, feedback_port):
        self._sdp = sdp
        # By RTP's rules RTCP goes to the port after that of RTP.
        self._server_ports = f"{feedback_port - 1}-{feedback_port}"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._listener.getsockname()[1]}/stream"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            with client, client.makefile("rwb") as stream:
                while request := stream.readline():
                    stream.write(self._answer(request.split()[0].decode(), _headers(stream)))
                    stream.flush()

    def _answer(self, method, headers):
        lines = ["RTSP/1.0 200 OK", f"CSeq: {headers['cseq']}", "Session: 1"]
        body = ""
        if method == "OPTIONS":
            lines.append("Public: DESCRIBE, SETUP, PLAY, TEARDOWN")
        elif method == "DESCRIBE":
            body = self._sdp
            lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        elif method == "SETUP":
            lines.append(f"Transport: {headers['transport']};server_port={self._server_ports}")
        return "\r\n".join([*lines, "", body]).encode()


def _headers(stream):
    headers = {}
    while line := stream.readline().decode().strip():
        name, value = line.split(":", 1)
        headers[name.lower()] = value.strip()
    return headers
