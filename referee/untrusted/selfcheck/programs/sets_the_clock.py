"""Sets the machine's clock, to the time that it is: nothing would be spoiled if it could."""

import ctypes
import time

from attempts import attempt, done, forbidden


class Time(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("rest", ctypes.c_long))


now = time.time()
spec, value = Time(int(now), int(now % 1 * 1e9)), Time(int(now), int(now % 1 * 1e6))
timex = ctypes.create_string_buffer(512)
ctypes.c_uint.from_buffer(timex).value = 0x4000  # ADJ_TICK, of 0: refused by its value alone where it may be set
attempt("time.clock_settime", lambda: time.clock_settime(time.CLOCK_REALTIME, now))
forbidden("clock_settime", 0, ctypes.byref(spec))
forbidden("settimeofday", ctypes.byref(value), None)
forbidden("adjtimex", timex)
forbidden("clock_adjtime", 0, timex)
done()
