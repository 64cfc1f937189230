"""Stands before a server on loopback and cuts connections in the middle of what the server says.

First line of output: {"ready": port}; then {"cut": bytes} for each. Ends when standard input closes.
usage: cutting_relay.py PORT BYTES TIMES: the first TIMES connections that carry more than BYTES from the server are cut there
"""
import json, socket, sys, threading

port, limit, times = (int(word) for word in sys.argv[1:4])
lock = threading.Lock()


def tell(value):
    with lock:
        print(json.dumps(value), flush=True)


def may_cut():
    global times
    with lock:
        times -= 1
        return times >= 0


def pump(source, target, cuts):
    said = 0
    try:
        while data := source.recv(65536):
            said += len(data)
            if cuts and said > limit and may_cut():
                target.sendall(data[: len(data) - (said - limit)])
                tell({"cut": limit})
                break
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(listener):
    while True:
        client, _ = listener.accept()
        server = socket.create_connection(("127.0.0.1", port))
        for source, target, cuts in ((client, server, False), (server, client, True)):
            threading.Thread(target=pump, args=(source, target, cuts), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
tell({"ready": listener.getsockname()[1]})
sys.stdin.read()
