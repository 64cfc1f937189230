"""SMTP sink on loopback. The local part of an address says how the server answers; mails and events are JSON lines.

First line of output: {"ready": port}. Ends when standard input closes.
Recipients: ok@ (and any other), busy@ (451), unknown@ (550), full@ (452), gone@ (550 after DATA), later@ (451 after
DATA), lost@ (connection closed after DATA without an answer), early@ (closed in the middle of DATA), mute@ (QUIT is not
answered, the connection stays).
A log-in as "later" is answered 454, any other that is not the one it wants 535.
usage: smtp_sink.py [--starttls certificate key] [--tls certificate key] [--auth user password]
"""
import argparse, base64, json, socketserver, ssl, sys, threading

arguments = argparse.ArgumentParser()
arguments.add_argument("--starttls", nargs=2)
arguments.add_argument("--tls", nargs=2)
arguments.add_argument("--auth", nargs=2)
options = arguments.parse_args()
tell_lock = threading.Lock()


def tell(value):
    with tell_lock:
        print(json.dumps(value), flush=True)


def context(files):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


class Session(socketserver.StreamRequestHandler):
    def setup(self):
        if options.tls:
            self.request = context(options.tls).wrap_socket(self.request, server_side=True)
        super().setup()

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def hello(self):
        lines = ["sink", "8BITMIME", "SMTPUTF8", "SIZE 50000000"]
        if options.starttls and not self.secured:
            lines.append("STARTTLS")
        if options.auth:
            lines.append("AUTH PLAIN")
        for line in lines[:-1]:
            self.say("250-" + line)
        self.say("250 " + lines[-1])

    def data(self, recipients):
        locals_ = {r.split("@")[0] for r in recipients}
        self.say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            if "early" in locals_:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        if not line:
            return False
        kept = not locals_ & {"gone", "later"}
        if kept:
            tell({"mail": base64.b64encode(b"".join(lines)).decode(), "from": self.sender, "to": recipients,
                  "user": self.user, "secured": self.secured})
        if "lost" in locals_:
            return False
        self.say("250 kept" if kept else "550 5.7.1 not wanted" if "gone" in locals_ else "451 4.3.0 later")
        return True

    def handle(self):
        self.secured, self.user, self.sender = bool(options.tls), None, None
        recipients = []
        self.say("220 sink ESMTP")
        while line := self.rfile.readline(4096):
            text = line.decode("utf-8", "replace").strip()
            verb = text.upper().split(" ")[0].split(":")[0]
            if verb in ("EHLO", "HELO"):
                self.hello()
            elif verb == "STARTTLS" and options.starttls:
                self.say("220 go on")
                self.request = context(options.starttls).wrap_socket(self.request, server_side=True)
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                self.secured = True
            elif verb == "AUTH":
                parts = text.split(" ")
                if len(parts) < 3:
                    self.say("334 ")
                    parts.append(self.rfile.readline().decode().strip())
                given = base64.b64decode(parts[2]).decode().split("\0")[1:]
                if options.auth and given == options.auth:
                    self.user = given[0]
                    self.say("235 welcome")
                else:
                    self.say("454 4.7.0 not now" if given[:1] == ["later"] else "535 5.7.8 no")
            elif verb == "MAIL":
                if options.auth and not self.user:
                    self.say("530 5.7.0 log in first")
                    continue
                self.sender, recipients = text.split("<")[1].split(">")[0], []
                self.say("250 ok")
            elif verb == "RCPT":
                address = text.split("<")[1].split(">")[0]
                refusal = {"busy": "451 4.7.1 greylisted, come back", "unknown": "550 5.1.1 no such person",
                           "full": "452 4.2.2 mailbox full"}.get(address.split("@")[0])
                if not refusal:
                    recipients.append(address)
                self.say(refusal or "250 ok")
            elif verb == "DATA":
                if not recipients:
                    self.say("554 no recipients")
                elif not self.data(recipients):
                    tell({"closed": "data"})
                    return
            elif verb == "RSET" or verb == "NOOP":
                self.say("250 ok")
            elif verb == "QUIT":
                if any(r.startswith("mute@") for r in recipients):
                    tell({"mute": True})
                    self.rfile.read()
                self.say("221 bye")
                return
            else:
                self.say("502 what")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Session)
tell({"ready": server.server_address[1]})
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
