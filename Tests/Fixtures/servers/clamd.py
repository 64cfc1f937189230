"""A real clamd with one signature, on a unix socket in a folder: the bytes PLANTED-VIRUS-FOR-TESTS are a virus.

First line of output: {"ready": path of the socket}. On standard input "stop" ends clamd, "start" starts it; each is
answered by {"done": word}. Ends when standard input closes.
usage: clamd.py folder
"""
import json, os, socket, subprocess, sys, time

folder = sys.argv[1]
path = folder + "/clamd.sock"
os.makedirs(folder + "/signatures", exist_ok=True)
with open(folder + "/signatures/test.ndb", "w") as signatures:
    signatures.write("Planted.Test:0:*:" + b"PLANTED-VIRUS-FOR-TESTS".hex() + "\n")
with open(folder + "/clamd.conf", "w") as settings:
    settings.write(
        f"LocalSocket {path}\nDatabaseDirectory {folder}/signatures\nTemporaryDirectory {folder}\n"
        "Foreground yes\nStreamMaxLength 1M\n"
    )
clamd = None


def start():
    global clamd
    clamd = subprocess.Popen(
        ["/usr/sbin/clamd", "-c", folder + "/clamd.conf"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    while clamd.poll() is None:
        try:
            with socket.socket(socket.AF_UNIX) as knock:
                knock.connect(path)
                return
        except OSError:
            time.sleep(0.05)
    sys.exit("clamd did not start; is clamav-daemon installed?")


def stop():
    clamd.terminate()
    clamd.wait()


start()
print(json.dumps({"ready": path}), flush=True)
for line in sys.stdin:
    {"start": start, "stop": stop}[line.strip()]()
    print(json.dumps({"done": line.strip()}), flush=True)
if clamd.poll() is None:
    stop()
