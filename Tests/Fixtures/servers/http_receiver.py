"""HTTP receiver on loopback. The path says how it answers; every request is told as one JSON line on standard output.

First line of output: {"ready": port}. Ends when standard input closes.
usage: http_receiver.py [certificate key]
"""
import base64, http.server, json, ssl, sys, threading
from urllib.parse import parse_qs, urlsplit

tell_lock = threading.Lock()


def tell(value):
    with tell_lock:
        print(json.dumps(value), flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self):
        body = self.body()
        url = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        tell({"method": self.command, "path": url.path, "port": self.client_address[1],
              "headers": dict(self.headers.items()), "body": base64.b64encode(body).decode()})
        verb, _, rest = url.path.lstrip("/").partition("/")
        if verb == "status":
            headers = [("Retry-After", query["retry"])] if "retry" in query else []
            self.answer(int(rest), b"status " + rest.encode(), headers)
        elif verb == "redirect":
            self.answer(302, b"", [("Location", "/status/200")])
        elif verb == "big":
            self.answer(200, b"x" * int(rest))
        elif verb == "headers":
            self.answer(200, b"", [(f"X-{n}", "y" * 1000) for n in range(int(rest))])
        elif verb == "drop":
            self.close_connection = True
        elif verb == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
            self.close_connection = True
        elif verb == "hang":
            self.connection.recv(1)
            tell({"closed": url.path})
            self.close_connection = True
        elif verb == "echo":
            self.answer(200, body)
        else:
            self.answer(404)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
tell({"ready": server.server_address[1]})
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
