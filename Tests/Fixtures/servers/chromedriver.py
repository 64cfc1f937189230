"""chromedriver on loopback, on a port of its own choice, with a home of its own for every browser it starts.

First line of output: {"ready": {"port": port, "browser": path, "axe": path}}. When standard input closes, driver and
browsers end. Fails when the driver, Chromium or axe-core is not installed.
"""
import glob, json, os, re, shutil, signal, subprocess, sys, sysconfig, tempfile, threading

driver_path, browser = shutil.which("chromedriver"), shutil.which("chromium")
scripts = glob.glob(sysconfig.get_path("purelib") + "/axe_selenium_python/node_modules/axe-core/axe.min.js")
if not (driver_path and browser and scripts):
    sys.exit(f"needed: chromedriver ({driver_path}), chromium ({browser}), axe-core ({scripts})")

home = tempfile.mkdtemp(prefix="intake-browser-")
driver = subprocess.Popen(
    [driver_path, "--port=0"],
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    env={**os.environ, "HOME": home, "TMPDIR": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home},
)


def end():
    driver.kill()
    driver.wait()
    # The browsers are no children of the driver once it is gone: they are told by where their profile lies.
    for process in os.listdir("/proc"):
        try:
            with open(f"/proc/{process}/cmdline", "rb") as line:
                mine = home.encode() in line.read()
            if mine:
                os.kill(int(process), signal.SIGKILL)
        except (OSError, ValueError):
            pass
    shutil.rmtree(home, ignore_errors=True)


port = None
for line in driver.stdout:
    if found := re.search(rb"started successfully on port (\d+)", line):
        port = int(found.group(1))
        break
if port is None:
    end()
    sys.exit("chromedriver did not start")
threading.Thread(target=driver.stdout.read, daemon=True).start()
print(json.dumps({"ready": {"port": port, "browser": browser, "axe": scripts[0]}}), flush=True)
sys.stdin.read()
end()
