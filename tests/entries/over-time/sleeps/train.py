"""Uses all the time and writes nothing."""

import time

print("sleeping", flush=True)
time.sleep(3600)
