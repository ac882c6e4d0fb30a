# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recorded tree of a host: Linux 6.12, connected to the two arrays of examples/pair.toml by two
ports each. Array a (10.1.0.x) is optimized for namespace 1, array b (10.2.0.x) for namespace 2."""

import os

NQN = "nqn.2026-01.io.example:stretched"
ADDRESSES = ("10.1.0.10", "10.1.0.11", "10.2.0.10", "10.2.0.11")
CNTLIDS = (1, 2, 1025, 1026)
UUIDS = {1: "a13e5e1f-a156-42dd-9a6d-b685a31a868f", 2: "b0e7a181-b104-4a33-831d-922317d0ab5e"}
BLOCKS = 256 * 2048


def _write(root, path, **attributes):
    directory = os.path.join(root, path)
    os.makedirs(directory, exist_ok=True)
    for name, value in attributes.items():
        path = os.path.join(directory, name.replace("__", "/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"{value}\n")


def _link(root, path, target):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    os.symlink(target, path)


def record(root, real):
    """Writes the tree below `root`. `real` makes real addresses of documented ones."""
    subsystem = "sys/devices/virtual/nvme-subsystem/nvme-subsys0"
    common = {"serial": "EXAMPLE0001", "model": "Example Metro Array", "firmware_rev": "1.0"}
    _write(root, "proc/sys/kernel", osrelease="6.12.95+deb12-amd64", hostname="host-1")
    _write(root, "sys/kernel", osrelease="6.12.95+deb12-amd64")
    _write(root, "sys/module/nvme_core/parameters", iopolicy="numa", multipath="Y")
    _write(root, "sys/devices/system/node/node0", cpulist="0-3", distance="10")
    _write(root, "sys/devices/system/node", online="0", possible="0")
    _write(root, subsystem, subsysnqn=NQN, subsystype="nvm", iopolicy="numa", **common)
    _link(root, "sys/class/nvme-subsystem/nvme-subsys0",
          "../../devices/virtual/nvme-subsystem/nvme-subsys0")
    for nsid, uuid in UUIDS.items():
        _write(root, "dev", **{f"nvme0n{nsid}": ""})
        _write(root, f"{subsystem}/nvme0n{nsid}", dev=f"259:{nsid}", nsid=nsid, uuid=uuid,
               wwid=f"uuid.{uuid}", size=BLOCKS, ro=0, hidden=0, csi=0, metadata_bytes=0,
               queue__logical_block_size=512, queue__physical_block_size=512)
    for number, (address, cntlid) in enumerate(zip(ADDRESSES, CNTLIDS)):
        name = f"nvme{number}"
        controller = f"sys/devices/virtual/nvme-fabrics/ctl/{name}"
        _write(root, controller, state="live", transport="tcp", cntlid=cntlid, cntrltype="io",
               address="traddr={},trsvcid={}".format(*real(f"{address}:4420").split(":")),
               subsysnqn=NQN, numa_node=-1,
               hostnqn="nqn.2014-08.org.nvmexpress:uuid:11111111-2222-4333-8444-555555555555",
               hostid="11111111-2222-4333-8444-555555555555", queue_count=5, sqsize=127, kato=5,
               reconnect_delay=10, ctrl_loss_tmo=600, fast_io_fail_tmo="off", **common)
        _link(root, f"sys/class/nvme/{name}", f"../../devices/virtual/nvme-fabrics/ctl/{name}")
        _link(root, f"{subsystem}/{name}", f"../../nvme-fabrics/ctl/{name}")
        for nsid in UUIDS:
            near = (number < 2) == (nsid == 1)
            _write(root, f"{controller}/nvme0c{number}n{nsid}", size=BLOCKS, ro=0, ana_grpid=nsid,
                   ana_state="optimized" if near else "non-optimized",
                   queue__logical_block_size=512, stat="0 0 0 0 0 0 0 0 0 0 0")
