"""Dovecot on loopback with its own folder, users and ports, as this user or, started by root, as nobody.

First line of output: {"ready": {"imap": port, "imaps": port}}. Ends when standard input closes.
usage: dovecot.py FOLDER CERTIFICATE KEY USER PASSWORD
"""
import grp, json, os, pwd, signal, socket, subprocess, sys, threading

# Who started us may have blocked every signal, as the threads of Swift's runtime do. Dovecot would inherit that, never hear
# that a child ended, and let nobody in any more after a hundred.
signal.pthread_sigmask(signal.SIG_SETMASK, [])

folder, certificate, key, user, password = sys.argv[1:6]
folder, certificate, key = (os.path.realpath(path) for path in (folder, certificate, key))
root = os.geteuid() == 0
account = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def configuration(imap, imaps):
    name, group = account.pw_name, account.pw_gid
    login = "dovenull" if root else name
    inner = "dovecot" if root else name
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
first_valid_uid = 1
default_login_user = {login}
default_internal_user = {inner}
default_internal_group = {inner if root else grp.getgrgid(group).gr_name}
mail_location = maildir:{folder}/mail/%u
mail_uid = {account.pw_uid}
mail_gid = {group}
mailbox_list_index = no
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={account.pw_uid} gid={group} home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  {"" if root else "chroot ="}
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service anvil {{
  {"" if root else "chroot ="}
  # No growing pauses after wrong passwords: tests try many.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  {"" if root else "chroot ="}
}}
"""


for name in ("run", "state", "mail", "home"):
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    if name in ("mail", "home") and root:
        os.chown(f"{folder}/{name}", account.pw_uid, account.pw_gid)
os.chmod(folder, 0o755)


def start(port):
    """The running process, once it greets on the port; None if it ended."""
    process = subprocess.Popen(["dovecot", "-F", "-c", f"{folder}/dovecot.conf"], start_new_session=True,
                               stdout=sys.stderr)
    while process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), 10) as connection:
                if connection.recv(4).startswith(b"* OK"):
                    return process
        except OSError:
            try:
                process.wait(0.02)
            except subprocess.TimeoutExpired:
                pass


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()


def tell(value):
    print(json.dumps(value), flush=True)


process = None
for _ in range(5):
    # Somebody may take a port between its choice and the start.
    ports = free_ports(2)
    with open(f"{folder}/dovecot.conf", "w") as file:
        file.write(configuration(*ports))
    if process := start(ports[0]):
        break
else:
    sys.exit(f"dovecot does not start, see {folder}/log")

tell({"ready": {"imap": ports[0], "imaps": ports[1]}})
for line in sys.stdin:
    # An outage of the test's making; the ports stay.
    if line.strip() == "stop":
        stop(process)
        tell({"stopped": True})
    elif line.strip() == "start":
        # Children of the one before may hold the ports for a moment yet.
        for _ in range(100):
            if process := start(ports[0]):
                break
            threading.Event().wait(0.1)
        tell({"started": process is not None})
# The end of a test waits for nobody to take leave; children are of the same group.
try:
    os.killpg(process.pid, signal.SIGKILL)
except (OSError, AttributeError):
    pass
