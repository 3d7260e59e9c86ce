"""Counters around your own Python code, by libbytebound-counters. Only ctypes is needed.

    import bytebound
    with bytebound.counting("instructions,page-faults") as counters:
        work()
    for reading in counters.readings:
        print(reading)            # page-faults: 12    or    instructions: n/a: no core PMU: ...

    with bytebound.region("step"):  # under `bytebound exec --regions -- python3 ...` every pass is recorded
        work()

A set counts the thread that opened it, and the interpreter's own work in it. A reading costs some microseconds, most of
them Python's. What was not counted has the value None and a reason.
"""
import contextlib
import ctypes
import os
import sys

__all__ = ["Error", "EventSet", "Reading", "counting", "region", "regions_unavailable", "unavailable", "version"]

MULTIPLEX = 1
OK, NO_VALUE = 0, 4
_NAMES = ("libbytebound-counters.so.1",)


class Error(Exception):
    """A refusal of the library; `code` is one of bytebound.h."""

    def __init__(self, code, line):
        super().__init__(line)
        self.code = code


class _Event(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ("name", "unit", "domain", "source", "reason", "remedy", "caveat")]
    _fields_ += [("open", ctypes.c_int32), ("shared", ctypes.c_int32)]


class _Reading(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint64), ("enabled_ns", ctypes.c_uint64), ("running_ns", ctypes.c_uint64),
                ("unit_scale", ctypes.c_double), ("state", ctypes.c_int32), ("tier", ctypes.c_int32)]


def _load():
    """The library, or the reason why there is none. BYTEBOUND_LIBRARY is the path of another one."""
    chosen = os.environ.get("BYTEBOUND_LIBRARY")
    reasons = []
    for name in (chosen,) if chosen else _NAMES:
        try:
            return _declared(ctypes.CDLL(name)), None
        except (OSError, AttributeError) as refused:
            reasons.append(str(refused))
    return None, f"libbytebound-counters cannot be loaded: {'; '.join(reasons)}"


def _declared(library):
    pointer = ctypes.POINTER
    set_, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    for name, result, *arguments in (
            ("version", text),
            ("state_name", text, ctypes.c_int32),
            ("tier_name", text, ctypes.c_int32),
            ("open", ctypes.c_int, text, ctypes.c_uint, pointer(set_), text, size),
            ("close", None, set_),
            ("event_count", size, set_),
            ("event_at", pointer(_Event), set_, size),
            ("begin", ctypes.c_int, set_),
            ("end", ctypes.c_int, set_, pointer(_Reading)),
            ("value", ctypes.c_int, pointer(_Reading), pointer(ctypes.c_double)),
            ("reason", text, set_, size, pointer(_Reading)),
            ("read_error", ctypes.c_int, set_, text, size),
            ("region_begin", None, text),
            ("region_end", None, text),
            ("region_status", ctypes.c_int, text, size)):
        function = getattr(library, "bytebound_" + name)
        function.restype, function.argtypes = result, arguments
    return library


_library, _unavailable = _load()


def unavailable():
    """Why nothing can be counted: the library is missing; None if it was loaded."""
    return _unavailable


def version():
    """Version of the library, "0.1.0". Raises Error if it is missing."""
    return _required().bytebound_version().decode()


def _required():
    if _library is None:
        raise Error(3, _unavailable)
    return _library


class Reading:
    """One event over one interval: name, unit, value (None if it was not counted), state, tier, reason, remedy."""

    def __init__(self, name, unit, value, state, tier, reason, remedy):
        self.name, self.unit, self.value = name, unit, value
        self.state, self.tier, self.reason, self.remedy = state, tier, reason, remedy

    def __str__(self):
        if self.value is None:
            return f"{self.name}: n/a: {self.reason}"
        return f"{self.name}: {self.value:.15g} {self.unit}".rstrip() + (f" ({self.tier})" if self.tier != "counted" else "")

    def __repr__(self):
        return f"<Reading {self}>"


class EventSet:
    """Events that are counted on this thread from now to close(). `names` as for `bytebound run --events`.

    Raises Error for a name that is no event (code 2). An event that cannot be counted here has a reason instead."""

    def __init__(self, names, multiplex=False):
        library, self._set = _required(), None
        if not isinstance(names, str):
            names = ",".join(names)
        opened, line = ctypes.c_void_p(), ctypes.create_string_buffer(512)
        code = library.bytebound_open(names.encode(), MULTIPLEX if multiplex else 0, ctypes.byref(opened), line, len(line))
        if code != OK:
            raise Error(code, line.value.decode(errors="replace"))
        self._set = opened
        self._raw = (_Reading * library.bytebound_event_count(opened))()
        self.readings = None  # of the last end()

    def _check(self, code):
        if code == OK:
            return
        line = ctypes.create_string_buffer(512)
        _library.bytebound_read_error(self._set, line, len(line))
        text = {2: "begin() was not called, or the set is closed", 5: "another thread opened the set",
                6: "the set was opened before a fork"}.get(code) or line.value.decode(errors="replace")
        raise Error(code, text if code == 1 else "read counters: " + text)

    def begin(self):
        """Starts an interval."""
        self._check(_library.bytebound_begin(self._set))

    def end(self):
        """A list with the Reading of each event since begin(), in the order of the names."""
        self._check(_library.bytebound_end(self._set, self._raw))
        self.readings = [self._reading(i) for i in range(len(self._raw))]
        return self.readings

    def _reading(self, index):
        raw, event = self._raw[index], _library.bytebound_event_at(self._set, index).contents
        value = ctypes.c_double()
        counted = _library.bytebound_value(ctypes.byref(raw), ctypes.byref(value)) == OK
        text = [_library.bytebound_state_name(raw.state), _library.bytebound_tier_name(raw.tier),
                _library.bytebound_reason(self._set, index, ctypes.byref(raw)), event.remedy]
        return Reading(event.name.decode(), event.unit.decode(), value.value if counted else None, *(t.decode() for t in text))

    def close(self):
        """Stops counting. The readings stay."""
        if self._set is not None:
            _library.bytebound_close(self._set)
            self._set = None

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *_):
        try:
            self.end()
        finally:
            self.close()

    def __del__(self):
        if sys is not None and not sys.is_finalizing():
            self.close()


def counting(names, multiplex=False):
    """`with counting(NAMES) as counters: work()`; afterwards counters.readings is the list of Readings."""
    return EventSet(names, multiplex)


class region(contextlib.ContextDecorator):
    """`with region("step"): work()`, or @region("step"): a pass, recorded under `bytebound exec --regions`. Otherwise, or
    without the library, nothing. It can be entered again, and passes may be nested; a pass stays in its thread."""

    def __init__(self, name):
        self._name = name.encode()

    def __enter__(self):
        if _library is not None:
            _library.bytebound_region_begin(self._name)
        return self

    def __exit__(self, *_):
        if _library is not None:
            _library.bytebound_region_end(self._name)


def regions_unavailable():
    """Why regions are not recorded; None if they are."""
    if _library is None:
        return _unavailable
    line = ctypes.create_string_buffer(512)
    code = _library.bytebound_region_status(line, len(line))
    return None if code == OK else line.value.decode(errors="replace")
