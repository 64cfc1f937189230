"""IMAP server on loopback that lists mails it cannot hand over. Three mails: of 1 it gives neither size nor bytes, of 2 a
size and no bytes, each time with OK; 3 is whole.

First line of output: {"ready": port}. Ends when standard input closes. The line "heal" makes it hand over everything and
takes all flags away, "look" tells {"inbox": [uid, ...], "flagged": [uid, ...]}.
"""
import json, re, socketserver, sys, threading

MAILS = {
    uid: f"Message-ID: <{uid}@example.org>\r\nFrom: a{uid}@example.org\r\nSubject: mail {uid}\r\n\r\nlamp {uid} is dark\r\n"
    .encode() for uid in (1, 2, 3)}
lock = threading.Lock()
inbox, flagged, withheld = set(MAILS), set(), {1: "size", 2: "bytes"}


def uids(text):
    found = set()
    for part in text.split(","):
        first, _, last = part.partition(":")
        last = last or first
        found |= set(range(int(first), (max(MAILS) if last == "*" else int(last)) + 1))
    return found & inbox


class Session(socketserver.StreamRequestHandler):
    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def fetch(self, chosen, items):
        for uid in sorted(chosen):
            if "RFC822.SIZE" in items:
                if withheld.get(uid) != "size":
                    self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(MAILS[uid])})")
            elif uid not in withheld:
                section = re.search(r"BODY\.PEEK(\[.*?\])", items)[1]
                self.say(f"* {uid} FETCH (UID {uid} BODY{section} {{{len(MAILS[uid])}}}")
                self.wfile.write(MAILS[uid] + b")\r\n")
        return "Some messages could not be FETCHed" if chosen & set(withheld) else "done"

    def handle(self):
        self.say("* OK [CAPABILITY IMAP4rev1 MOVE UIDPLUS AUTH=PLAIN] ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            words, said = command.split(), "done"
            verb = words[0].upper() if words[0].upper() != "UID" else "UID " + words[1].upper()
            with lock:
                if verb == "CAPABILITY":
                    self.say("* CAPABILITY IMAP4rev1 MOVE UIDPLUS AUTH=PLAIN")
                elif verb == "AUTHENTICATE" and len(words) < 3:
                    self.say("+ ")
                    self.rfile.readline()
                elif verb == "SELECT":
                    self.say(f"* {len(inbox)} EXISTS")
                    self.say("* OK [UIDVALIDITY 7] valid")
                    said = "[READ-WRITE] done"
                elif verb == "UID SEARCH":
                    found = uids(words[3]) - (flagged if "UNFLAGGED" in words else set())
                    self.say("* SEARCH " + " ".join(map(str, sorted(found))))
                elif verb == "UID FETCH":
                    said = self.fetch(uids(words[2]), command)
                elif verb == "UID STORE" and "Flagged" in command:
                    flagged.update(uids(words[2]))
                elif verb == "UID MOVE":
                    inbox.difference_update(uids(words[2]))
            self.say(f"{tag} OK {said}")
            if verb == "LOGOUT":
                return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Session)
print(json.dumps({"ready": server.server_address[1]}), flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
for line in sys.stdin:
    with lock:
        if line.strip() == "heal":
            withheld.clear()
            flagged.clear()
        print(json.dumps({"inbox": sorted(inbox), "flagged": sorted(flagged)}), flush=True)
