# SPDX-License-Identifier: MIT
"""Takes packets out of a TUN device and puts each back as it came, MILLISECONDS later. See netem.py.

    python3 -I delay_run.py DEVICE MILLISECONDS          prints "ready", and runs until it is ended
"""
import collections
import fcntl
import os
import select
import struct
import sys
import time

# linux/if_tun.h
TUNSETIFF, TUNSETOFFLOAD = 0x400454CA, 0x400454D0
IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
# Packets that are not cut up for the wire yet, with no checksum yet, are taken as they are.
CHECKSUM, TSO4, TSO6 = 1, 2, 4
LARGEST = 1 << 17
AT_ONCE = 64


def opened(device):
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(file, TUNSETOFFLOAD, CHECKSUM | TSO4 | TSO6)
    return file


def take(file, held, delay):
    try:
        for _ in range(AT_ONCE):
            held.append((time.monotonic() + delay, os.read(file, LARGEST)))
    except BlockingIOError:
        pass


def main(device, milliseconds):
    file, held, delay = opened(device), collections.deque(), float(milliseconds) / 1000
    print("ready", flush=True)
    while True:
        while held and held[0][0] <= time.monotonic():
            os.write(file, held.popleft()[1])
        select.select([file], [], [], max(0.0, held[0][0] - time.monotonic()) if held else None)
        take(file, held, delay)


if __name__ == "__main__":
    main(*sys.argv[1:])
