"""The embedded cloud: one port, no process left behind, errors that say where to look."""

import os
import sys
import time
from pathlib import Path

import boto3
import pytest
import requests

from darkroom.local.cloud import ROOT, CloudError, EmbeddedCloud, attached, stop_detached
from darkroom.local.deploy import deploy, read_outputs


def ports_opened_by(home: Path) -> list[str]:
    """The local addresses on which processes with `home` in their environment listen."""
    sockets = {
        fields[9]: fields[1]
        for name in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/net/{name}").read_text().splitlines()[1:])
        if fields[3] == "0A"  # listening
    }
    found = []
    for process in processes_of(home):
        for handle in (process / "fd").iterdir():
            inode = str(handle.readlink()).removeprefix("socket:[").removesuffix("]")
            if inode in sockets:
                found.append(sockets[inode])
    return found


def processes_of(home: Path) -> list[Path]:
    """The processes that were started for the cloud of `home`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(home).encode() in (process / "environ").read_bytes():
                found.append(process)
        except OSError:
            continue
    return found


# Says that it is ready, and from then on takes connections without ever answering.
ANSWERS_ONCE = """\
import os, socket, time

with socket.create_server(("127.0.0.1", int(os.environ["GATEWAY_PORT"]))) as server:
    client, _ = server.accept()
    client.recv(4096)
    client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    time.sleep(600)
"""


def install(root: Path, program: str) -> None:
    """Have the Python `program` run in place of the embedded cloud under `root`."""
    python = root / ".local/ministack/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!{sys.executable}\n{program}")
    python.chmod(0o755)


INPUTS = ("infra", "environments", "generated", "darkroom", "steps", "requirements")


@pytest.fixture
def checkout(tmp_path):
    """This checkout under another path, so that nobody's own embedded cloud is touched."""
    (tmp_path / ".local").mkdir()
    caches = (".local/assets", ".local/synth")
    for name in caches:
        (ROOT / name).mkdir(exist_ok=True)
    for name in (*caches, ".local/ministack", "node_modules", "cdk.json", *INPUTS):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_without_its_installation_the_cure_is_named(tmp_path):
    """A fresh clone is told what to run."""
    with pytest.raises(CloudError, match="make setup"):
        EmbeddedCloud(tmp_path).start()


def test_a_cloud_that_ends_at_once_points_to_its_log(tmp_path):
    """The message holds the path of what it said."""
    install(tmp_path, "print('no such module', flush=True)\nraise SystemExit(7)\n")
    cloud = EmbeddedCloud(tmp_path)

    with pytest.raises(CloudError, match=r"ended with 7.*cloud\.log"):
        cloud.start()
    assert "no such module" in cloud.log.read_text()


def test_logs_of_failures_go_after_a_day(tmp_path):
    """Until then they can be read; and what is not a cloud's is left alone."""
    install(tmp_path, "raise SystemExit(7)\n")
    hours = {"cloud-1": 48, "cloud-2": 2, "cloud-of-mine": 48}
    folders = {name: tmp_path / ".local" / name for name in hours}
    for name, folder in folders.items():
        folder.mkdir()
        changed = time.time() - hours[name] * 3600
        os.utime(folder, (changed, changed))
    with pytest.raises(CloudError):
        EmbeddedCloud(tmp_path).start()

    left = [name for name, folder in folders.items() if folder.exists()]
    assert left == ["cloud-2", "cloud-of-mine"]


def test_without_a_deployment_there_are_no_outputs(tmp_path):
    """And the message says how to get one."""
    with pytest.raises(CloudError, match="make up"):
        read_outputs(EmbeddedCloud(tmp_path))


def test_nothing_is_attached_where_nothing_was_detached(tmp_path):
    """Nor is there anything to stop; a broken state file is as good as none."""
    assert attached(tmp_path) is None
    assert stop_detached(tmp_path) is False
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/cloud.json").write_text("{")
    assert attached(tmp_path) is None
    assert stop_detached(tmp_path) is False


def test_a_cloud_too_busy_to_answer_is_still_running(tmp_path):
    """It is found, and ended with all that it held, and only then forgotten."""
    install(tmp_path, ANSWERS_ONCE)
    cloud = EmbeddedCloud(tmp_path)
    cloud.start()
    cloud.detach()
    found = attached(tmp_path)
    try:
        assert found is not None
        assert not found.is_ready()
        assert (tmp_path / ".local/cloud.json").exists()
    finally:
        stopped = stop_detached(tmp_path)

    assert stopped
    assert not cloud.listens()
    assert not cloud.home.exists()
    assert not (tmp_path / ".local/cloud.json").exists()


@pytest.mark.e2e
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_opens_one_port_of_the_loopback_and_two_run_side_by_side():
    """After the end of the block there is no process and no file of theirs."""
    with EmbeddedCloud() as one, EmbeddedCloud() as two:
        for cloud in (one, two):
            assert ports_opened_by(cloud.home) == [f"0100007F:{cloud.port:04X}"]
        boto3.client("sqs", **one.client_options).create_queue(QueueName="mine")
        queues = boto3.client("sqs", **two.client_options).list_queues()
        assert not queues.get("QueueUrls")

    for cloud in (one, two):
        assert processes_of(cloud.home) == []
        assert not cloud.home.exists()


@pytest.mark.e2e
def test_it_checks_credentials():
    """A key that nobody made is refused: AUTH is on."""
    with EmbeddedCloud() as cloud:
        options = {**cloud.client_options, "aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ"}
        client = boto3.client("dynamodb", **options)

        with pytest.raises(client.exceptions.ClientError, match=r"invalid|security token"):
            client.list_tables()


@pytest.mark.e2e
def test_up_and_down_deploy_the_whole_app_and_leave_nothing(checkout):
    """What `make up` starts answers a later process, and `make down` ends all of it."""
    cloud = EmbeddedCloud(checkout)
    cloud.start()
    try:
        outputs = deploy(cloud)
        cloud.detach()
        found = attached(checkout)
        assert found is not None
        assert read_outputs(found) == outputs
        assert requests.get(f"{outputs.api_url}/images", timeout=30).status_code == 401
    finally:
        stopped = stop_detached(checkout)
        cloud.stop()

    assert stopped
    assert attached(checkout) is None
    assert not cloud.home.exists()
    assert processes_of(cloud.home) == []


@pytest.mark.e2e
def test_a_deployment_that_fails_shows_the_end_of_what_cdk_said(checkout):
    """And where the rest of it is."""
    (checkout / "cdk.json").unlink()
    (checkout / "cdk.json").write_text('{"context": {"pipeline": "nonexistent"}}')

    told = pytest.raises(CloudError, match=r"(?s)synth.*cdk\.log.*no pipeline 'nonexistent'")
    with EmbeddedCloud(checkout) as cloud, told:
        deploy(cloud)
