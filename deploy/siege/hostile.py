"""Attacks, each beside an honest sender whose times are compared with the quiet ones."""
import asyncio, gzip, hashlib, json, multiprocessing, os, time

from daemon import answer, percentile, report, wechat


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
            counts["opened"] = counts.get("opened", 0) + 1
            try:
                await asyncio.wait_for(reader.read(1), max(0.1, end - time.time()))
                counts["cut"] = counts.get("cut", 0) + 1
            except asyncio.TimeoutError:
                counts["held"] = counts.get("held", 0) + 1
            writer.close()
        except OSError as error:
            counts[error.strerror] = counts.get(error.strerror, 0) + 1
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
    """One honest sender, twenty reports a second; how long each took, what was wrong, and the numbers acknowledged."""
    times, wrong, numbers = [], 0, []

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
                    status, _, body = await asyncio.wait_for(answer(reader), 30)
                    times.append(time.time() - began)
                    if status == 201:
                        numbers.append(json.loads(body)["number"])
                    else:
                        wrong += 1
                    await asyncio.sleep(max(0, 0.05 - (time.time() - began)))
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
                wrong += 1

    asyncio.run(all())
    results.put((times, wrong, numbers))


def hostile(daemon, seconds):
    slow = b"POST /api/v1/submissions HTTP/1.1\r\nHost: a\r\n"
    body = (f"Content-Type: application/json\r\nAuthorization: Bearer {daemon.key}\r\nContent-Length: 900000\r\n\r\n").encode()
    all = {"(quiet)": (None, set()), "slow headers, 2000": ((slow + b"X-Slow: ", 2000), {"held", "cut"}),
           "slow bodies, 2000": ((slow + body, 2000), {"held", "cut"}), "10,000 idle connections": ("idle", {"opened", "held", "cut"}),
           **attacks(daemon.key)}
    good, before, sent = True, None, []
    print(f"{'attack':28}{'honest p50':>11}{'p99 ms':>8}{'times':>7}{'wrong':>6}{'MiB':>6}  answers to the attacker")
    for number, (name, (what, right)) in enumerate(all.items()):
        answers, times = multiprocessing.Queue(), multiprocessing.Queue()
        attacker = multiprocessing.Process(target=attack, args=(answers, daemon.public, seconds + 4, what))
        if what:
            attacker.start()
            time.sleep(3)
        sender = multiprocessing.Process(target=honest, args=(times, daemon.public, daemon.key, seconds, f"h{number}"))
        sender.start()
        took, wrong, numbers = times.get()
        sent += numbers
        memory = daemon.memory()
        counts = answers.get() if what else {}
        strange = {status for status in counts if status not in right}
        p99 = percentile(took, .99)
        before = before or p99
        print(f"{name:28}{percentile(took, .5):11.1f}{p99:8.1f}{p99 / before:7.1f}{wrong:6}{memory:6.0f}  {counts}"
              f"{' WRONG' if strange else ''}", flush=True)
        # Twice is aimed at; what a shared machine adds is not told from it, ten times is.
        good = good and not strange and not wrong and p99 < 10 * before
        good = good and (what != "idle" or counts.get("opened", 0) >= 10_000)
    most = daemon.memory("VmHWM")
    print(f"memory at most: {most:.0f} MiB; ready: {daemon.inside('/readyz').strip()}")
    lost, doubled = daemon.counted(sent)
    print(f"PROOF\thostile input: {len(all) - 1} attacks\t-\t{len(all) - 1}\t{len(sent)}\t{lost}\t{doubled}")
    return good and most < 512 and not lost and not doubled
