"""Doors on loopback with one fault each, before an honest server, until they are healed: then each is a plain relay.

First line of output: {"ready": {name: port, ...}}. Each connection is told as {"met": name}. The line "heal" heals all doors
that can be, connections already open stay as they are. Ends when standard input closes.
usage: faulty.py PORT NAME=FAULT ...
  refuse        nobody listens
  hang          accepts and says nothing
  drip          says one byte a second, for ever
  garbage       says what no protocol has
  reset         takes the request and resets
  cut:BYTES     cuts the connection after so many bytes from the server, which has done its part
  silent:BYTES  says no more after so many bytes from the server, and keeps the connection
  tls:CERT:KEY  shows this certificate, and is honest otherwise; cannot be healed
  say:BASE64    says this whatever is asked, and closes
"""
import base64, json, socket, ssl, struct, sys, threading, time

upstream = int(sys.argv[1])
lock, healed = threading.Lock(), threading.Event()


def tell(value):
    with lock:
        print(json.dumps(value), flush=True)


def request(client):
    """What a client says first: of HTTP the whole request, so that an answer is not lost with what was not read."""
    data = client.recv(65536)
    if not data.startswith((b"POST ", b"GET ")):
        return data
    while b"\r\n\r\n" not in data:
        data += client.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while length and len(body) < length[0]:
        more = client.recv(65536)
        if not more:
            break
        body += more
    return data


def pump(source, target, limit=None):
    said = 0
    try:
        while data := source.recv(65536):
            if limit is not None and said + len(data) > limit:
                target.sendall(data[: limit - said])
                break
            said += len(data)
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def relay(client, limit=None):
    server = socket.create_connection(("127.0.0.1", upstream))
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    pump(server, client, limit)


def half(client, limit):
    """Half open: what the client says arrives, what the server says is lost after so many bytes."""
    server = socket.create_connection(("127.0.0.1", upstream))
    threading.Thread(target=pump, args=(client, server), daemon=True).start()
    said = 0
    while data := server.recv(65536):
        client.sendall(data[: max(0, limit - said)])
        said += len(data)
    while client.recv(65536):
        pass


def misbehave(client, fault, detail):
    if fault == "hang":
        while client.recv(65536):
            pass
    elif fault == "drip":
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 100_000:
            client.sendall(bytes([byte]))
            time.sleep(1)
    elif fault == "garbage":
        client.sendall(b"\x00\xff\x01 what is this?\r\n\r\n")
        request(client)
    elif fault == "reset":
        request(client)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif fault == "say":
        said = base64.b64decode(detail)
        if said.startswith(b"HTTP/"):
            request(client)
        client.sendall(said)
    elif fault == "cut":
        relay(client, int(detail))
    elif fault == "silent":
        half(client, int(detail))


def serve(client, name, fault, detail):
    try:
        if fault == "tls":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*detail.split(":"))
            tell({"met": name})
            client = context.wrap_socket(client, server_side=True)
            return relay(client)
        if healed.is_set():
            return relay(client)
        tell({"met": name})
        misbehave(client, fault, detail)
    except (OSError, ValueError):
        pass
    finally:
        client.close()


def listen(listener, name, fault, detail):
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, name, fault, detail), daemon=True).start()


doors, ports = [], {}
for word in sys.argv[2:]:
    name, _, mode = word.partition("=")
    fault, _, detail = mode.partition(":")
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", 0))
    ports[name] = door.getsockname()[1]
    doors.append((door, name, fault, detail))


def open_(doors):
    for door, name, fault, detail in doors:
        door.listen(64)
        threading.Thread(target=listen, args=(door, name, fault, detail), daemon=True).start()


open_([door for door in doors if door[2] != "refuse"])
tell({"ready": ports})
for line in sys.stdin:
    if line.strip() == "heal":
        healed.set()
        open_([door for door in doors if door[2] == "refuse"])
        tell({"healed": True})
