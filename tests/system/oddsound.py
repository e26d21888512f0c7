# SPDX-License-Identifier: MIT
"""Sound that ffmpeg's own encoders do not make: HE-AAC, by libfdk-aac itself, and dual mono AC-3, by hand."""
import ctypes
import ctypes.util

import numpy as np

HE, HE_V2, ADTS, LOAS = 5, 29, 2, 10
# Of aacenc_lib.h.
AOT, BITRATE, SAMPLERATE, CHANNELMODE, CHANNELORDER, TRANSMUX, SIGNALING = \
    0x0100, 0x0101, 0x0103, 0x0106, 0x0107, 0x0300, 0x0302


class Info(ctypes.Structure):
    _fields_ = [(n, ctypes.c_uint) for n in ("out", "ancillary", "fill", "channels", "frame", "delay", "core")] + \
        [("config", ctypes.c_ubyte * 64), ("size", ctypes.c_uint)]


class Buffers(ctypes.Structure):
    _fields_ = [("count", ctypes.c_int), ("bufs", ctypes.POINTER(ctypes.c_void_p))] + \
        [(n, ctypes.POINTER(ctypes.c_int)) for n in ("ids", "sizes", "elements")]


class In(ctypes.Structure):
    _fields_ = [("samples", ctypes.c_int), ("ancillary", ctypes.c_int)]


class Out(ctypes.Structure):
    _fields_ = [(n, ctypes.c_int) for n in ("bytes", "samples", "ancillary", "reservoir")]


def library():
    """libfdk-aac, or None."""
    name = ctypes.util.find_library("fdk-aac")
    return ctypes.CDLL(name) if name else None


def one_buffer(data, number, element):
    """A description of one buffer, and what it points at."""
    kept = (ctypes.c_void_p(ctypes.addressof(data)), ctypes.c_int(number), ctypes.c_int(ctypes.sizeof(data)),
            ctypes.c_int(element))
    return Buffers(1, *(ctypes.pointer(k) for k in kept)), kept


def he_aac(samples, rate, kind, transport, bitrate=48000):
    """Samples (n, channels) as one stream of bytes. In ADTS only the core is told of, so a decoder finds SBR and
    PS by itself (implicit signalling); LOAS tells the extension's object type first (explicit, hierarchical)."""
    lib, handle, info = library(), ctypes.c_void_p(), Info()
    channels = samples.shape[1]

    def check(status):
        assert status == 0, f"libfdk-aac: {status:#x}"
    check(lib.aacEncOpen(ctypes.byref(handle), 0, channels))
    for name, value in ((AOT, kind), (SAMPLERATE, rate), (CHANNELMODE, channels), (CHANNELORDER, 1),
                        (BITRATE, bitrate), (TRANSMUX, transport), (SIGNALING, 0 if transport == ADTS else 2)):
        check(lib.aacEncoder_SetParam(handle, name, value))
    check(lib.aacEncEncode(handle, None, None, None, None))
    check(lib.aacEncInfo(handle, ctypes.byref(info)))
    pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").ravel()
    step, made, at = info.frame * channels, b"", 0
    space = (ctypes.c_ubyte * info.out)()
    while True:
        part = pcm[at:at + step]
        data = (ctypes.c_short * max(1, len(part)))(*part.tolist())
        fed, got = In(len(part) or -1, 0), Out()
        (source, kept), (target, held) = one_buffer(data, 0, 2), one_buffer(space, 3, 1)
        status = lib.aacEncEncode(handle, ctypes.byref(source), ctypes.byref(target), ctypes.byref(fed),
                                  ctypes.byref(got))
        del kept, held
        if status == 0x80:      # the end
            break
        check(status)
        at += got.samples
        made += bytes(space[:got.bytes])
    lib.aacEncClose(ctypes.byref(handle))
    return made


# --- AC-3 ---

FRAME = 256     # bytes: 64 kbit/s at 48 kHz; 1536 samples


def dual_mono(frames):
    """AC-3 of two independent channels (acmod 0, "1+1"; ATSC A/52, 5.3 and 5.4). `frames` are pairs: whether the
    first and the second channel sound in that frame.

    No bits are allocated to any coefficient, so a channel is the decoder's own dither up to 6.8 kHz, or silence.
    The checksums are left out; decoders do not look at them unless told to.
    """
    return b"".join(ac3_frame(sounding) for sounding in frames)


def ac3_frame(sounding):
    words = [(0x0B77, 16), (0, 16), (0, 2), (8, 6)]                      # sync, crc1, 48 kHz, 64 kbit/s
    words += [(8, 5), (0, 3), (0, 3), (0, 1)]                            # version, main service, 1+1, no LFE
    words += [(31, 5), (0, 3), (31, 5), (0, 3)]                          # dialogue levels, nothing further
    words += [(0, 1), (1, 1), (0, 3)]                                    # an original; no time codes, no more
    for block in range(6):
        first = block == 0
        words += [(0, 2), *((int(s), 1) for s in sounding), (0, 2)]      # long blocks, dither, no ranges
        words += [(1, 1), (0, 1)] if first else [(0, 1)]                 # no coupling
        words += [(3 if first else 0, 2)] * 2                            # exponents: D45, then the same again
        if first:
            words += [(0, 6)] * 2                                        # 73 coefficients
            words += [(4, 4), *[(62, 7)] * 6, (0, 2)] * 2                # all 2^-4
            words += [(1, 1), (0, 11), (1, 1), (0, 6), *[(0, 7)] * 2]    # no bits for anyone
        else:
            words += [(0, 2)]
        words += [(0, 2)]                                                # no deltas, nothing skipped
    text = "".join(f"{value:0{width}b}" for value, width in words)
    return int(text.ljust(FRAME * 8, "0"), 2).to_bytes(FRAME, "big")
