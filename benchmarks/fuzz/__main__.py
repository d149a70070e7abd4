"""`python -m benchmarks.fuzz`; a module of its own, since processes that feed import the other anew."""

import sys

from benchmarks.fuzz.driver import main

if __name__ == "__main__":
    sys.exit(main())
