# SPDX-License-Identifier: MIT
"""nginx as a plain HTTP source on loopback, of a test's own.

    def test_it(nginx):
        nginx.put("a b.mp4", data)               # or a file's path; put again, its ETag and Last-Modified are others
        nginx.url("ranges", "a b.mp4")
        nginx.requests()                         # [Request(method, uri, status, sent, range)] that are over

The same files are under each of these:

    ranges      as nginx serves files: by range, with ETag and Last-Modified
    plain       without ranges: 200 and everything, whatever is asked
    bare        by range, without ETag and Last-Modified
    slow        SLOW bytes a second
    cut         the connection ends in the middle of the body
    long        the connection ends when one byte of Content-Length is missing
    forbidden   403
    hop/1 …     redirects, that many times (to 6), with a status of each kind, to `ranges`
    loop        redirects to itself
    away/HOST   redirects to HOST, at the same port
    up, down    redirects to `ranges` by https, and by http; `url(where, name, tls=True)` is https, and
                HTTP/2, with the certificate `nginx.certificate` for 127.0.0.1 and localhost
"""
import os
import re
import shutil
import subprocess
import urllib.parse
from pathlib import Path
from typing import NamedTuple

import faults
import peers
import rawhttp

SLOW = 256 << 10
HOPS = {1: 302, 2: 301, 3: 303, 4: 307, 5: 308, 6: 302}

CONF = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ }}
http {{
    client_body_temp_path {folder}/t; proxy_temp_path {folder}/t; fastcgi_temp_path {folder}/t;
    uwsgi_temp_path {folder}/t; scgi_temp_path {folder}/t;
    log_format told '$request_method $request_uri $status $body_bytes_sent "$http_range"';
    access_log {folder}/access.log told;
    default_type application/octet-stream;
    keepalive_timeout 60s;
    absolute_redirect off;
    server {{
        listen 127.0.0.1:{port};
        listen 127.0.0.1:{tls} ssl http2;
        ssl_certificate {folder}/certificate.pem;
        ssl_certificate_key {folder}/key.pem;
        location /ranges/ {{ alias {folder}/files/; }}
        location /plain/ {{ alias {folder}/files/; max_ranges 0; }}
        location /bare/ {{ alias {folder}/files/; etag off; add_header Last-Modified ""; }}
        location /slow/ {{ alias {folder}/files/; limit_rate {slow}; }}
        location /cut/ {{ proxy_pass http://127.0.0.1:{cut}/ranges/; }}
        location /long/ {{ proxy_pass http://127.0.0.1:{long}/ranges/; }}
        location /forbidden/ {{ return 403; }}
        location /loop/ {{ return 302 $request_uri; }}
        location ~ ^/away/ {{ rewrite ^/away/([^/]+)/(.*)$ http://$1:{port}/ranges/$2 redirect; }}
        location ~ ^/up/ {{ rewrite ^/up/(.*)$ https://127.0.0.1:{tls}/ranges/$1 redirect; }}
        location ~ ^/down/ {{ rewrite ^/down/(.*)$ http://127.0.0.1:{port}/ranges/$1 redirect; }}
{hops}
    }}
}}
"""
# What is left of the address goes on as it came: a variable of a regular expression would be decoded.
HOP = """\
        location /hop/{count}/ {{ if ($request_uri ~ "^/hop/{count}/(.*)$") {{ return {status} /{to}/$1; }} }}
"""


class Request(NamedTuple):
    method: str
    uri: str
    status: int
    sent: int
    range: str


class Nginx:
    def __init__(self, folder):
        self.folder, self.ports, self.child, self.behind, self.changes = Path(folder), peers.Ports(2), None, [], 0
        self.certificate = self.folder / "certificate.pem"
        self.files = self.folder / "files"
        self.files.mkdir(parents=True)

    @property
    def port(self):
        return self.ports[0]

    def start(self):
        make_certificate(self.certificate, self.folder / "key.pem")
        # nginx itself always ends well, so what it passes on from here does not.
        for kind in ("truncated", "long"):
            self.behind.append(faults.Proxy(self.port))
            self.behind[-1].faults.always(kind)
        hops = "".join(HOP.format(count=count, status=status, to=f"hop/{count - 1}" if count > 1 else "ranges")
                       for count, status in HOPS.items())
        conf = CONF.format(folder=self.folder, port=self.port, tls=self.ports[1], slow=SLOW, hops=hops,
                           cut=self.behind[0].port, long=self.behind[1].port)
        (self.folder / "nginx.conf").write_text(conf, "utf-8")
        self.child = peers.Child([peers.program("nginx"), "-c", self.folder / "nginx.conf", "-e",
                                  self.folder / "error.log"], self.folder / "nginx.log")
        self.child.until(self.is_open)
        return self

    def is_open(self):
        with rawhttp.Wire(self.port) as wire:
            return wire.ask("/forbidden/").status == 403

    def put(self, name, data):
        """A file, there at once and whole. One of the same name is another from then on, whatever is in it."""
        path, new = self.files / name, self.folder / "new"
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(data, bytes):
            new.write_bytes(data)
        else:
            shutil.copyfile(data, new)
        # An ETag of nginx's is made of the time, in seconds, and the size.
        self.changes += 1
        os.utime(new, (1_700_000_000 + self.changes,) * 2)
        new.rename(path)

    def url(self, where, name, tls=False, host="127.0.0.1"):
        scheme, port = ("https", self.ports[1]) if tls else ("http", self.port)
        return f"{scheme}://{host}:{port}/{where}/{urllib.parse.quote(name)}"

    def requests(self, enough=lambda found: True):
        """All that are over, as soon as enough(them) says so: one is told of after its end."""
        def read():
            lines = (self.folder / "access.log").read_text("utf-8").splitlines()
            found = [re.fullmatch(r'(\S+) (\S+) (\d+) (\d+) "(.*)"', line) for line in lines]
            # What asked whether it is open yet does not count.
            found = [Request(f[1], f[2], int(f[3]), int(f[4]), "" if f[5] == "-" else f[5]) for f in found]
            return [one for one in found if one.uri != "/forbidden/"]

        return rawhttp.eventually(lambda: enough(read()) and read()) or read()

    def end(self):
        if self.child:
            self.child.end()
        for proxy in self.behind:
            proxy.end()
        self.ports.close()


def make_certificate(certificate, key):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
