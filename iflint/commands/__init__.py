"""The command line: arguments and configuration become one call of the library."""

import gc

gc.set_threshold(100_000)  # start-up makes many objects and no garbage: 700 costs it 6 ms
