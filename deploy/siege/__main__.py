"""Presses and attacks a daemon, and prints what it cost: siege overload|hostile INTAKE SECONDS. Called by deploy/prove."""
import os, pathlib, shutil, sys, tempfile

from daemon import Daemon, root
from hostile import hostile
from overload import overload

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
