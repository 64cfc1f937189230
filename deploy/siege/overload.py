"""More reports than can be kept: 503 at once instead of time-outs, nothing lost, and it recovers."""
import asyncio, json, multiprocessing, time

from daemon import answer, percentile, report


class Load:
    """Closed loop of many connections that send reports as fast as they are answered, and remember what was acknowledged."""

    def __init__(self, port, key, connections, seconds, name):
        self.port, self.key, self.connections, self.name = port, key, connections, name
        self.end = time.time() + seconds
        self.acknowledged, self.refused, self.hinted, self.other, self.broken, self.silent = [], 0, 0, 0, 0, 0
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
            except asyncio.TimeoutError:
                self.silent += 1
            except (OSError, asyncio.IncompleteReadError):
                self.broken += 1
                await asyncio.sleep(0.1)

    async def all(self):
        await asyncio.gather(*(self.one() for _ in range(self.connections)))

    def run(self, results):
        asyncio.run(self.all())
        results.put((self.acknowledged, self.refused, self.hinted, self.other, self.broken, self.times, self.waits,
                     self.silent))


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
    sent = quiet[0] + storm[0] + served[0]
    lost, doubled = daemon.counted(sent)
    books = json.loads(daemon.inside("/books"))
    print(f"{'':14}{'acks/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'refused':>9}{'hinted':>9}{'503 p99':>9}{'other':>7}{'broken':>7}"
          f"{'silent':>7}")
    for name, run, span in ("quiet", quiet, min(10, seconds)), ("overload", storm, seconds), ("afterwards", served, 5):
        print(f"{name:14}{len(run[0]) / span:9.0f}{percentile(run[5], .5):9.0f}{percentile(run[5], .99):9.0f}{run[1]:9}"
              f"{run[2]:9}{percentile(run[6], .99):9.0f}{run[3]:7}{run[4]:7}{run[7]:7}")
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
    wrong = {"not recovered within 20 s": recovered is None or recovered > 20, "lost": lost or done < samples, "doubled": doubled,
             "nothing was refused": not storm[1], "a 503 without Retry-After": storm[2] < storm[1], "other answers": storm[3],
             "time-outs": storm[7], "memory over 512 MiB": most > 512, "no stress flag": not stress,
             "refusals that were not early": percentile(storm[6], .99) > 10_000}
    for words in [words for words, is_so in wrong.items() if is_so]:
        print(f"WRONG: {words}")
    return not any(wrong.values())
