"""The daemon that is pressed and attacked, and how it is spoken to."""
import base64, json, os, pathlib, re, sqlite3, subprocess, sys, time
import urllib.error, urllib.request

root = pathlib.Path(__file__).resolve().parent.parent.parent
wechat = "token"


class Daemon:
    def __init__(self, intake, folder):
        self.folder = folder
        (folder / "credentials").mkdir()
        for name, text in {"master-key": base64.b64encode(os.urandom(32)).decode(), "wechat": wechat, "app": "secret",
                           "hook": "whsec_" + base64.b64encode(os.urandom(24)).decode()}.items():
            (folder / "credentials" / name).write_text(text)
        (folder / "intake.yaml").write_text(f"""\
city: {root / 'config/example-city'}
listen: {{ public: "127.0.0.1:0", private: "127.0.0.1:0" }}
store: {{ kind: sqlite, floor: 1MiB }}
keys: {{ master: "credential:master-key" }}
proxies: {{ networks: [127.0.0.0/8] }}
channels:
  - {{ name: api, kind: api }}
  - {{ name: hook, kind: webhook, secrets: ["credential:hook"] }}
  - {{ name: calls, kind: transcripts, path: calls, scan: 1s }}
  - {{ name: wechat, kind: wechat-oa, appid: wx1, tokens: ["credential:wechat"], secret: "credential:app",
       mode: plaintext-not-verified }}
  - name: web
    kind: form
    title: 云汀市12345
    consent: {{ version: "1", text: 同意 }}
    files: {{ keep-free: 1MiB }}
    limits: {{ fill-time: 0s, forms: 1000000 }}
destinations:
  - {{ name: folder, kind: folder, path: outbox }}
  - {{ name: mail, kind: folder, path: outbox }}
  - {{ name: http, kind: folder, path: outbox }}
""")
        self.place = ["--config", folder / "intake.yaml", "--state", folder / "state"]
        self.environment = {**os.environ, "CREDENTIALS_DIRECTORY": str(folder / "credentials")}
        self.process = subprocess.Popen([intake, "serve", *self.place, "--print-ports"], stdout=subprocess.PIPE,
                                        stderr=open(folder / "log", "w"), text=True, env=self.environment)
        line = self.process.stdout.readline()
        if not line:
            sys.exit((folder / "log").read_text())
        ports = json.loads(line)
        self.public, self.private = ports["public"], ports["private"]
        self.key = subprocess.run([intake, "key", "add", "siege", "--scope", "submit", *self.place], check=True, text=True,
                                  capture_output=True, env=self.environment).stdout.strip()

    def memory(self, line="VmRSS"):
        return int(re.search(line + r":\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text()).group(1)) / 1024

    def inside(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.private}{path}", timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def metrics(self):
        lines = (line.rsplit(" ", 1) for line in self.inside("/metrics").splitlines() if line and line[0] != "#")
        return {name: float(value) for name, value in lines}

    def counted(self, numbers):
        """How many of the acknowledged are not in the ledger, and how many numbers were given twice."""
        with sqlite3.connect(f"file:{self.folder}/state/ledger.sqlite?mode=ro", uri=True) as ledger:
            there = {id for (id,) in ledger.execute("SELECT id FROM tickets")}
        return sum(int(number.rsplit("-", 1)[1]) not in there for number in numbers), len(numbers) - len(set(numbers))

    def stop(self):
        self.process.kill()
        self.process.wait()


def report(key, name, text="滨江路12号门口的路灯已经一个星期不亮了"):
    body = json.dumps({"text": text}, ensure_ascii=False).encode()
    return (f"POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {key}\r\nIdempotency-Key: {name}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body


async def answer(reader):
    """Status, headers and body of the next answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).strip() or b"0", 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(head.split(" ", 2)[1]), headers, body


def percentile(times, part):
    times = sorted(times)
    return 1000 * times[min(len(times) - 1, int(len(times) * part))] if times else float("nan")
