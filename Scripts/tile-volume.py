"""Repeats a volume along its axes: a volume of any size from a small one.

    python3 Scripts/tile-volume.py SMALL.mrc LARGE.mrc 4 4 2      times in x, y and z

For tests of memory and time only: membranes end where copies meet. Needs no package.
"""

import struct
import sys

HEADER = 1024
BYTES = {0: 1, 1: 2, 2: 4, 6: 2, 12: 2}


def main(source, target, *times):
    times = [int(count) for count in times]
    with open(source, "rb") as small:
        header = bytearray(small.read(HEADER))
        size = struct.unpack_from("<3i", header, 0)
        (mode,) = struct.unpack_from("<i", header, 12)
        (extended,) = struct.unpack_from("<i", header, 92)
        if mode not in BYTES or extended:
            sys.exit(f"tile-volume: mode {mode} or an extended header of {extended} bytes is not read")
        cell = struct.unpack_from("<3f", header, 40)
        whole = [count * edge for count, edge in zip(times, size)]
        struct.pack_into("<3i", header, 0, *whole)
        struct.pack_into("<3i", header, 28, *whole)
        struct.pack_into("<3f", header, 40, *(count * edge for count, edge in zip(times, cell)))
        row = size[0] * BYTES[mode]
        section = row * size[1]
        with open(target, "wb") as large:
            large.write(header)
            for _ in range(times[2]):
                small.seek(HEADER)
                for _ in range(size[2]):
                    data = small.read(section)
                    wide = b"".join(
                        data[start : start + row] * times[0] for start in range(0, section, row)
                    )
                    for _ in range(times[1]):
                        large.write(wide)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
