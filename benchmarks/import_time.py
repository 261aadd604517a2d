"""How long `import mflimit` takes, and how much of that is numpy, numba and scipy: fresh interpreters, best of five."""

import subprocess
import sys
import time


def seconds(statement: str) -> float:
    """The best of five runs of a statement in a fresh interpreter."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    python = seconds("pass")
    needed = seconds("import numpy, numba, scipy.special, scipy.fft") - python
    whole = seconds("import mflimit") - python
    print(f"python itself {python:.2f} s, dependencies {needed:.2f} s, import mflimit {whole:.2f} s (aim: 1.2 s)")
    print(f"import mflimit / its dependencies: {whole / needed:.2f}")
