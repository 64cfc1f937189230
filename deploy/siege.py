"""Presses and attacks a daemon, and prints what it cost: siege.py overload|hostile INTAKE SECONDS. Called by deploy/prove."""
import asyncio, base64, gzip, json, multiprocessing, os, pathlib, re, shutil, sqlite3, subprocess, sys, tempfile, time
import hashlib, urllib.error, urllib.request

root = pathlib.Path(__file__).resolve().parent.parent
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


# Overload


class Load:
    """Closed loop of many connections that send reports as fast as they are answered, and remember what was acknowledged."""

    def __init__(self, port, key, connections, seconds, name):
        self.port, self.key, self.connections, self.name = port, key, connections, name
        self.end = time.time() + seconds
        self.acknowledged, self.refused, self.hinted, self.other, self.broken = [], 0, 0, 0, 0
        self.times, self.waits, self.number = [], [], 0

    async def one(self):
        while time.time() < self.end:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                while time.time() < self.end:
                    self.number += 1
                    began = time.time()
                    writer.write(report(self.key, f"{self.name}-{self.number}"))
                    status, headers, body = await asyncio.wait_for(answer(reader), 30)
                    if status == 201:
                        self.times.append(time.time() - began)
                        self.acknowledged.append(json.loads(body)["number"])
                    elif status == 503:
                        self.waits.append(time.time() - began)
                        self.refused += 1
                        self.hinted += "retry-after" in headers
                        # Half a second, not the two that were asked for: the press is meant to last.
                        await asyncio.sleep(0.5)
                    else:
                        self.other += 1
                    if headers.get("connection") == "close":
                        break
                writer.close()
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                self.broken += 1
                await asyncio.sleep(0.1)

    async def all(self):
        await asyncio.gather(*(self.one() for _ in range(self.connections)))

    def run(self, results):
        asyncio.run(self.all())
        results.put((self.acknowledged, self.refused, self.hinted, self.other, self.broken, self.times, self.waits))


def press(daemon, connections, seconds, name, each=None):
    """Runs the load in a process of its own, calling `each` every half second; its results."""
    results = multiprocessing.Queue()
    process = multiprocessing.Process(target=Load(daemon.public, daemon.key, connections, seconds, name).run, args=(results,))
    process.start()
    found = None
    while found is None:
        if each:
            each()
        try:
            found = results.get(timeout=0.5)
        except Exception as error:
            if not process.is_alive() and results.empty():
                raise SystemExit(f"the load ended: {error}")
    process.join()
    return found


def overload(daemon, seconds):
    began = daemon.memory()
    quiet = press(daemon, 8, min(10, seconds), "quiet")
    calls = daemon.folder / "state/calls/incoming"
    stress, most, held, slowest = 0, 0.0, 0, 0.0
    samples = 0

    def each():
        nonlocal stress, most, held, slowest, samples
        asked = time.time()
        values = daemon.metrics()
        slowest = max(slowest, time.time() - asked)
        samples += 1
        stress += values.get("intake_stress", 0) == 1
        held = max(held, values.get('intake_held_back{channel="calls"}', 0))
        most = max(most, daemon.memory())
        name = f"{samples}"
        (calls / f".{name}").write_text(json.dumps(
            {"turns": [{"side": "citizen", "text": f"编号{name}路灯不亮"}], "call": {"call_id": name}}, ensure_ascii=False))
        (calls / f".{name}").rename(calls / f"{name}.json")

    storm = press(daemon, 3000, seconds, "storm", each)
    over = time.time()
    recovered = None
    while recovered is None and time.time() < over + 120:
        after = press(daemon, 1, 1, f"after-{time.time()}")
        if not after[1] and after[0] and daemon.metrics()["intake_stress"] == 0:
            recovered = time.time() - over
    served = press(daemon, 8, 5, "later")
    taken = daemon.folder / "state/calls/done"
    while sum(1 for _ in taken.rglob("*.json")) < samples and time.time() < over + 120:
        time.sleep(0.5)
    done = sum(1 for _ in taken.rglob("*.json"))
    with sqlite3.connect(f"file:{daemon.folder}/state/ledger.sqlite?mode=ro", uri=True) as ledger:
        there = {id for (id,) in ledger.execute("SELECT id FROM tickets")}
    sent = quiet[0] + storm[0] + served[0]
    lost = sum(int(number.rsplit("-", 1)[1]) not in there for number in sent)
    doubled = len(sent) - len(set(sent))
    books = json.loads(daemon.inside("/books"))
    print(f"{'':14}{'acks/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'refused':>9}{'hinted':>9}{'503 p99':>9}{'other':>7}{'broken':>7}")
    for name, run, span in ("quiet", quiet, min(10, seconds)), ("overload", storm, seconds), ("afterwards", served, 5):
        print(f"{name:14}{len(run[0]) / span:9.0f}{percentile(run[5], .5):9.0f}{percentile(run[5], .99):9.0f}{run[1]:9}"
              f"{run[2]:9}{percentile(run[6], .99):9.0f}{run[3]:7}{run[4]:7}")
    print(f"memory: {began:.0f} MiB at rest, {most:.0f} at most under overload; stress flag up in {stress} of {samples} looks;"
          f" /metrics answered within {slowest:.1f} s")
    print(f"calls dropped meanwhile: {samples}, in the ledger: {done}, held back: {'yes' if held else 'no'}")
    print(f"acknowledged: {len(sent)}, lost: {lost}, doubled: {doubled}, books: {books.get('unowned', '?')} without owner;"
          f" recovered after {'never' if recovered is None else f'{recovered:.1f} s'}")
    values = daemon.metrics()
    for name in sorted(values):
        if name.startswith("intake_refused_total") or name.startswith("intake_held_back_seconds"):
            print(f"  {name} {values[name]:.0f}")
    print(f"PROOF\toverload: {seconds:g} s\t-\t1\t{len(sent)}\t{lost + samples - done}\t{doubled}")
    return recovered is not None and not lost and not doubled and storm[1] > 0 and storm[2] == storm[1]


# Hostile input


def form(parts):
    line = "siege"
    body = b"".join(f'--{line}\r\nContent-Disposition: form-data; {head}\r\n\r\n'.encode() + value + b"\r\n"
                    for head, value in parts) + f"--{line}--\r\n".encode()
    return (f"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary={line}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def call(key, body, more=""):
    return (f"POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nIdempotency-Key: x\r\n"
            f"Authorization: Bearer {key}\r\n{more}Content-Length: {len(body)}\r\n\r\n").encode() + body


def laughs():
    levels = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij"))
    xml = f'<!DOCTYPE x [<!ENTITY a "haha">{levels}]><xml><Content>&j;</Content></xml>'.encode()
    now, nonce = str(int(time.time())), "n"
    signature = hashlib.sha1("".join(sorted([wechat, now, nonce])).encode()).hexdigest()
    return (f"POST /hooks/wechat?signature={signature}&timestamp={now}&nonce={nonce} HTTP/1.1\r\nHost: a\r\n"
            f"Content-Length: {len(xml)}\r\n\r\n").encode() + xml


def attacks(key):
    """Name: what is sent over and over, and the statuses that are right."""
    head = f"POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer {key}\r\n"
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    bomb = gzip.compress(bytes(64 << 20))
    return {
        "headers of 64 KiB": (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 65536 + b"\r\n\r\n", {431}),
        "500 headers": (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(500)) + b"\r\n", {431}),
        "chunked over the limit": (f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + piece * 24 + b"0\r\n\r\n", {413}),
        "decompression bomb": (call(key, bomb, "Content-Encoding: gzip\r\n"), {400, 415}),
        "deep JSON": (call(key, b"[" * 900_000), {400}),
        "wide JSON": (call(key, b"[" + b"0," * 400_000 + b"0]"), {400, 422}),
        "XML with entities": (laughs(), {200}),
        "multipart, 10,000 parts": (form([(f'name="a{n}"', b"x") for n in range(10_000)]), {400}),
        "path tricks in names": (form([('name="text"', b"x")] + [
            (f'name="files"; filename="{name}"', b"\xff\xd8\xff\xe0" + bytes(64))
            for name in ("../../etc/passwd", "..\\\\..\\\\x", "/dev/null", "a\\0.jpg", "C:con")]), {422}),
        "pictures that lie": (form([('name="text"', b"x"), ('name="files"; filename="a.jpg"', b"<script>" * 9000)]), {422}),
    }


async def assault(port, bytes, end, counts, pause):
    while time.time() < end:
        began = time.time()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(bytes)
            try:
                status = (await asyncio.wait_for(answer(reader), 20))[0]
            except (OSError, asyncio.IncompleteReadError):
                status = "cut"
            except asyncio.TimeoutError:
                status = "none"
            writer.close()
        except OSError:
            status = "closed"
        counts[status] = counts.get(status, 0) + 1
        await asyncio.sleep(max(0, pause - (time.time() - began)))


async def trickle(port, first, end, counts):
    """Sends a beginning, and then a byte a second."""
    while time.time() < end:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(first)
            while time.time() < end and not reader.at_eof():
                writer.write(b"a")
                await asyncio.sleep(1)
            status = (await reader.read(16)).decode()[9:12] if not reader.at_eof() else "cut"
            counts[status or "held"] = counts.get(status or "held", 0) + 1
            writer.close()
        except OSError:
            counts["cut"] = counts.get("cut", 0) + 1
            await asyncio.sleep(1)


async def idle(port, end, counts):
    while time.time() < end:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                await asyncio.wait_for(reader.read(1), max(0.1, end - time.time()))
                counts["cut"] = counts.get("cut", 0) + 1
            except asyncio.TimeoutError:
                counts["held"] = counts.get("held", 0) + 1
            writer.close()
        except OSError:
            await asyncio.sleep(1)


def attack(results, port, seconds, what):
    # In life the attacker computes on a machine of his own; here he shall not take the cores of those he attacks.
    os.nice(19)
    counts, end = {}, time.time() + seconds

    async def all():
        if what == "idle":
            await asyncio.gather(*(idle(port, end, counts) for _ in range(10_000)))
        elif isinstance(what, tuple):
            await asyncio.gather(*(trickle(port, what[0], end, counts) for _ in range(what[1])))
        else:
            # Some twenty a second, so that what is measured is their cost to us and not the attacker's own on these cores.
            await asyncio.gather(*(assault(port, what, end, counts, 0.4) for _ in range(8)))

    asyncio.run(all())
    results.put(counts)


def honest(results, port, key, seconds, name):
    """One honest sender, twenty reports a second; how long each took."""
    times, wrong = [], 0

    async def all():
        nonlocal wrong
        end, number = time.time() + seconds, 0
        while time.time() < end:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                while time.time() < end:
                    number += 1
                    began = time.time()
                    writer.write(report(key, f"{name}-{number}"))
                    status, headers, _ = await asyncio.wait_for(answer(reader), 30)
                    times.append(time.time() - began)
                    wrong += status != 201
                    await asyncio.sleep(max(0, 0.05 - (time.time() - began)))
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                wrong += 1

    asyncio.run(all())
    results.put((times, wrong))


def hostile(daemon, seconds):
    slow = b"POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\n"
    body = (f"Content-Type: application/json\r\nAuthorization: Bearer {daemon.key}\r\nContent-Length: 900000\r\n\r\n").encode()
    all = {"(quiet)": (None, set()), "slow headers, 2000": ((slow + b"X-Slow: ", 2000), {"held", "cut"}),
           "slow bodies, 2000": ((slow + body, 2000), {"held", "cut"}), "10,000 idle connections": ("idle", {"held", "cut"}),
           **attacks(daemon.key)}
    good, before = True, None
    print(f"{'attack':28}{'honest p50':>11}{'p99 ms':>8}{'times':>7}{'wrong':>6}{'MiB':>6}  answers to the attacker")
    for number, (name, (what, right)) in enumerate(all.items()):
        answers, times = multiprocessing.Queue(), multiprocessing.Queue()
        attacker = multiprocessing.Process(target=attack, args=(answers, daemon.public, seconds + 4, what))
        if what:
            attacker.start()
            time.sleep(3)
        sender = multiprocessing.Process(target=honest, args=(times, daemon.public, daemon.key, seconds, f"h{number}"))
        sender.start()
        took, wrong = times.get()
        memory = daemon.memory()
        counts = answers.get() if what else {}
        strange = {status for status in counts if status not in right}
        p99 = percentile(took, .99)
        before = before or p99
        print(f"{name:28}{percentile(took, .5):11.1f}{p99:8.1f}{p99 / before:7.1f}{wrong:6}{memory:6.0f}  {counts}"
              f"{' WRONG' if strange else ''}", flush=True)
        good = good and not strange and not wrong
    print(f"memory at most: {daemon.memory('VmHWM'):.0f} MiB; ready: {daemon.inside('/readyz').strip()}")
    return good


if __name__ == "__main__":
    kind, intake, seconds = sys.argv[1], os.path.abspath(sys.argv[2]), float(sys.argv[3])
    (root / ".build").mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="siege-", dir=root / ".build"))
    daemon = Daemon(intake, folder)
    try:
        good = {"overload": overload, "hostile": hostile}[kind](daemon, seconds)
    finally:
        daemon.stop()
        shutil.rmtree(folder)
    sys.exit(0 if good else 1)
