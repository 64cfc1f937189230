"""Measures the daemon against the floor and prints a table: measure.py INTAKE FLOOR SECONDS. Called by deploy/bench."""
import base64, hashlib, hmac, http.client, json, os, pathlib, pwd, re, shutil, subprocess, sys, tempfile, threading, time
import urllib.request

intake, floor, seconds = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), float(sys.argv[3])
root = pathlib.Path(__file__).resolve().parent.parent
levels = [1, 16, 64, 256]
texts = ["滨江路12号门口的路灯已经一个星期不亮了，晚上黑灯瞎火，老人出门不方便。",
         "永安里小区从昨天开始停水，自来水公司电话一直打不通，家里有小孩。",
         "望潮区湖滨路每天晚上都有烧烤摊占道经营，油烟很大，影响休息。",
         "云顶公馆暖气不热，室温只有14度，热力公司一直没来人。"]
secret = os.urandom(24)


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def metrics(port):
    found = {}
    for line in get(f"http://127.0.0.1:{port}/metrics").splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            found[name] = float(value)
    return found


def total(values, name, *parts):
    return sum(v for k, v in values.items() if k.startswith(name) and all(p in k for p in parts))


class Requests:
    """Writes files of requests with ids never used before."""
    number = 0

    def write(self, path, count, make):
        with open(path, "w") as file:
            for _ in range(count):
                Requests.number += 1
                head, body = make(f"bench-{Requests.number}", texts[Requests.number % len(texts)])
                file.write(head + "\n" + body + "\n")


def report(id, text):
    body = json.dumps({"id": id, "text": text}, ensure_ascii=False)
    return "POST /reports HTTP/1.1|Content-Type: application/json", body


def hook(id, text):
    body = json.dumps({"type": "intake.submitted", "timestamp": "2026-01-01T00:00:00Z", "data": {
        "id": id, "text": text, "contact": {"name": "王芳", "phone": "138%08d" % (Requests.number % 10**8)}}},
        ensure_ascii=False)
    now = int(time.time())
    mac = hmac.new(secret, f"{id}.{now}.{body}".encode(), hashlib.sha256).digest()
    return (f"POST /hooks/bench HTTP/1.1|Content-Type: application/json|webhook-id: {id}|webhook-timestamp: {now}"
            f"|webhook-signature: v1,{base64.b64encode(mac).decode()}"), body


def call(id, text):
    body = json.dumps({"id": id, "text": text, "contact": {"name": "王芳", "phone": "138%08d" % (Requests.number % 10**8)}},
                      ensure_ascii=False)
    return f"POST /api/v1/submissions HTTP/1.1|Content-Type: application/json|Authorization: Bearer {{key}}", body


def load(url, connections, requests, lasting=seconds):
    """One run of wrk; its own summary."""
    ran = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{lasting:g}s", "--timeout", "30s", "-s", root / "deploy/load.lua", url,
         "--", requests], capture_output=True, text=True)
    done = re.search(r"^DONE (.*)$", ran.stdout, re.M)
    if not done:
        sys.exit(f"wrk failed: {ran.stdout}{ran.stderr}")
    return json.loads(done.group(1))


def memory(pid, line="VmRSS"):
    return int(re.search(line + r":\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def syncs(pid, work):
    """Calls of fdatasync and fsync that a process makes while `work` runs, counted by strace."""
    with tempfile.NamedTemporaryFile() as out:
        tracer = subprocess.Popen(["strace", "-f", "-e", "trace=fsync,fdatasync", "-o", out.name, "-p", str(pid)],
                                  stderr=subprocess.PIPE, text=True)
        tracer.stderr.readline()
        answer = work()
        tracer.send_signal(2)
        tracer.wait()
        return answer, len(re.findall(r" f(?:data)?sync\(", open(out.name).read()))


class Cluster:
    """A PostgreSQL of its own on a Unix socket, as it comes but for its memory: every commit is synced."""
    number = 0

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="intake-bench-"))
        self.programs = next(pathlib.Path(f"/usr/lib/postgresql/{version}/bin") for version in (17, 16, 15)
                             if pathlib.Path(f"/usr/lib/postgresql/{version}/bin/initdb").exists())
        # It refuses to run as root.
        self.user = []
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        self.run("initdb", "-D", self.folder / "data", "-U", "intake", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        with open(self.folder / "data/postgresql.conf", "a") as settings:
            settings.write(f"listen_addresses = ''\nunix_socket_directories = '{self.folder}'\nshared_buffers = 256MB\n")
        self.run("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-w", "start")

    def run(self, program, *words):
        subprocess.run([*self.user, self.programs / program, *words], check=True, stdout=subprocess.DEVNULL,
                       cwd=self.folder)

    def database(self):
        Cluster.number += 1
        self.run("createdb", "-h", self.folder, "-U", "intake", f"bench{Cluster.number}")
        return f"host={self.folder} user=intake dbname=bench{Cluster.number}"

    def stop(self):
        self.run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder)


class Daemon:
    def __init__(self, folder, cluster=None):
        self.folder = folder
        secrets = folder / "credentials"
        secrets.mkdir()
        (secrets / "master-key").write_text(base64.b64encode(os.urandom(32)).decode())
        (secrets / "hook").write_text("whsec_" + base64.b64encode(secret).decode())
        store = "{ kind: sqlite }"
        if cluster:
            (secrets / "postgres").write_text(cluster.database())
            store = '{ kind: postgres, connection: "credential:postgres", node: bench }'
        (folder / "intake.yaml").write_text(f"""\
city: {root / 'config/example-city'}
listen: {{ public: "127.0.0.1:0", private: "127.0.0.1:0" }}
store: {store}
keys: {{ master: "credential:master-key" }}
channels:
  - {{ name: bench, kind: webhook, secrets: ["credential:hook"] }}
  - {{ name: api, kind: api }}
  - name: web
    kind: form
    title: 云汀市12345
    consent: {{ version: "1", text: 同意 }}
    files: {{ video: 2GiB, together: 2GiB, keep-free: 1MiB }}
    limits: {{ fill-time: 0s }}
destinations:
  - {{ name: folder, kind: folder, path: outbox }}
  - {{ name: mail, kind: folder, path: outbox }}
  - {{ name: http, kind: folder, path: outbox }}
""")
        self.place = ["--config", folder / "intake.yaml", "--state", folder / "state"]
        self.environment = {**os.environ, "CREDENTIALS_DIRECTORY": str(secrets)}
        self.process = subprocess.Popen([intake, "serve", *self.place, "--print-ports"], stdout=subprocess.PIPE,
                                        stderr=open(folder / "log", "w"), text=True, env=self.environment)
        line = self.process.stdout.readline()
        if not line:
            sys.exit((folder / "log").read_text())
        ports = json.loads(line)
        self.public, self.private = ports["public"], ports["private"]

    def key(self):
        return subprocess.run([intake, "key", "add", "bench", "--scope", "submit", *self.place], check=True, text=True,
                              capture_output=True, env=self.environment).stdout.strip()

    def stop(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder)

    def state(self):
        return metrics(self.private)


def floors(folder):
    process = subprocess.Popen([floor, folder], stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{process.stdout.readline().strip()}"
    requests = Requests()
    results = {}
    for connections in levels:
        requests.write(folder / "requests", int(60_000 * seconds), report)
        results[connections] = load(url, connections, folder / "requests")
    requests.write(folder / "requests", 100_000, report)
    before = int(get(url + "/commits"))
    ran, synced = syncs(process.pid, lambda: load(url, 16, folder / "requests", 1))
    print(f"floor: under strace {ran['requests']} reports, {int(get(url + '/commits')) - before} commits, {synced} syncs")
    process.terminate()
    process.wait()
    return results


def settled(before, after, span):
    """Tickets settled and deliveries handed over a second between two states."""
    done = "dispatch_attempts_total", 'outcome="delivered"'
    return ((total(after, "intake_tickets_settled") - total(before, "intake_tickets_settled")) / span,
            (total(after, *done) - total(before, *done)) / span)


def ours(folder, make, level, cluster):
    """One level on a new ledger: what was accepted while the clerk worked on, and how fast the rest is worked off."""
    folder.mkdir()
    daemon = Daemon(folder, cluster)
    rest = memory(daemon.process.pid)
    key = daemon.key()
    requests = Requests()
    requests.write(folder / "requests", int(20_000 * seconds),
                   lambda id, text: tuple(part.replace("{key}", key) for part in make(id, text)))
    before, start = daemon.state(), time.time()
    run = load(f"http://127.0.0.1:{daemon.public}", level, folder / "requests")
    kept, loaded = daemon.state(), time.time()
    run["commits"] = total(kept, "store_sync_seconds_count") - total(before, "store_sync_seconds_count")
    run["sync"] = 1000 * (total(kept, "store_sync_seconds_sum") - total(before, "store_sync_seconds_sum"))
    run["meanwhile"] = settled(before, kept, loaded - start)
    time.sleep(seconds)
    run["afterwards"] = settled(kept, daemon.state(), time.time() - loaded)
    run["rest"], run["peak"] = rest, memory(daemon.process.pid, "VmHWM")
    daemon.stop()
    return run


def upload(folder, size=1 << 30):
    """A form with a video of this size: the most memory the daemon held meanwhile, and the seconds it took."""
    folder.mkdir()
    daemon = Daemon(folder)
    page = get(f"http://127.0.0.1:{daemon.public}/")
    # Agreeing counts for the version of the words that is shown.
    token, consent = (re.search(rf'<input(?=[^>]*name="{name}")[^>]*value="([^"]*)"', page).group(1)
                      for name in ("token", "consent"))
    line = "bench-boundary"
    head = "".join(f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in {
        "token": token, "kind": "complaint", "text": texts[0], "identity": "anonymous", "consent": consent}.items())
    head += f'--{line}\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n'
    end = f"\r\n--{line}--\r\n".encode()
    chunk, first = os.urandom(1 << 20), b"\0\0\0\x18ftypisom"
    most, over = 0.0, threading.Event()

    def watch():
        nonlocal most
        while not over.wait(0.02):
            most = max(most, memory(daemon.process.pid))

    def body():
        yield head.encode() + first
        for _ in range(size // len(chunk) - 1):
            yield chunk
        yield chunk[len(first):] + end

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.time()
    link = http.client.HTTPConnection("127.0.0.1", daemon.public, timeout=600)
    link.request("POST", "/", body(), {"Content-Type": f"multipart/form-data; boundary={line}",
                                       "Content-Length": str(len(head.encode()) + size + len(end))})
    answer = link.getresponse()
    answer.read()
    took = time.time() - began
    over.set()
    watcher.join()
    daemon.stop()
    return most, took, answer.status


def row(widths, *cells):
    print("".join(str(cell).rjust(width) for cell, width in zip(cells, widths)), flush=True)


def rate(run):
    return run["requests"] / run["seconds"]


def table(title, folder, bare, make, cluster=None):
    widths = 12, 11, 8, 8, 7, 9, 8, 15, 16, 9, 7
    print(f"\n{title}")
    row(widths, "connections", "accepts/s", "p50", "p99", "ratio", "kept/tx", "ms/tx", "settled+handed", "then, a second",
        "at rest", "peak")
    for level in levels:
        run = ours(folder / "ours", make, level, cluster)
        if run["refused"] or run["broken"]:
            print(f"{run['refused']} refused, {run['broken']} broken")
        commits = max(1, run["commits"])
        row(widths, level, f"{rate(run):,.0f}", f"{run['p50']:.1f}", f"{run['p99']:.1f}",
            f"{rate(run) / rate(bare[level]):.2f}", f"{run['requests'] / commits:.1f}", f"{run['sync'] / commits:.2f}",
            "{:,.0f} + {:,.0f}".format(*run["meanwhile"]), "{:,.0f} + {:,.0f}".format(*run["afterwards"]),
            f"{run['rest']:.0f}", f"{run['peak']:.0f}")


def main(folder):
    (folder / "floor").mkdir()
    print(f"{os.cpu_count()} cores, {seconds:g} s a level, load generator on the same cores; milliseconds, MiB")
    bare = floors(folder / "floor")
    row((12, 11, 8, 8), "connections", "floor/s", "p50", "p99")
    for level, run in bare.items():
        row((12, 11, 8, 8), level, f"{rate(run):,.0f}", f"{run['p50']:.1f}", f"{run['p99']:.1f}")
    print("\nBelow: sealed, de-duplicated, ticket, job and entry, while the clerk settles and hands over")
    cluster = Cluster()
    try:
        for store, kept in ("SQLite", None), ("PostgreSQL", cluster):
            table(f"POST /hooks/bench, signed, {store}", folder, bare, hook, kept)
            table(f"POST /api/v1/submissions, {store}", folder, bare, call, kept)
    finally:
        cluster.stop()
    most, took, status = upload(folder / "upload")
    print(f"\na form with a video of 1 GiB: answered {status} after {took:.1f} s, at most {most:.0f} MiB of memory meanwhile")


with tempfile.TemporaryDirectory(prefix="bench-", dir=root / ".build") as name:
    main(pathlib.Path(name))
