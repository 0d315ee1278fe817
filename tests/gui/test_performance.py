"""The meters of the product: they must see what is there, and a blind one must fail here."""

import sys
import threading
import time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, QTimer

from gui.bridge import FrameClock
from gui.performance import BINS, DECADES, FrameMeter, Histogram, LatencyProbe, Watchdog, stacks

STEP = 10 ** (DECADES / BINS)


@settings(max_examples=50)
@given(st.lists(st.floats(0.2, 5000), min_size=1, max_size=300), st.sampled_from([0.5, 0.9, 0.99]))
def test_quantile_is_that_of_numpy_within_one_bin(values, share):
    histogram = Histogram()
    for value in values:
        histogram.add(value, 1.0)
    exact = np.quantile(values, share, method="inverted_cdf")
    assert exact / STEP / 1.001 <= histogram.quantile(share) <= exact * STEP * 1.001
    assert histogram.maximum == max(values)


def test_only_the_last_minute_counts():
    histogram = Histogram()
    histogram.add(500.0, 0.0)
    for second in range(1, 50):
        histogram.add(1.0, float(second))
    assert histogram.maximum == 500.0
    for second in range(50, 130):
        histogram.add(1.0, float(second))
    assert histogram.maximum == 1.0
    assert 55 <= histogram.count <= 60
    histogram.add(2.0, 1000.0)
    assert histogram.count == 1


def test_probe_sees_a_blocked_event_loop(qapp, qtbot):
    parent = QObject()
    probe = LatencyProbe(parent)
    probe.start()
    qtbot.waitUntil(lambda: probe.histogram.count > 10)
    QTimer.singleShot(0, parent, lambda: time.sleep(0.15))
    qtbot.waitUntil(lambda: probe.histogram.maximum > 100, timeout=3000)
    probe.stop()
    assert probe.histogram.quantile(0.5) < 100


def test_watchdog_writes_the_stack_of_a_frozen_window_once(qapp, qtbot, caplog):
    parent = QObject()
    probe = LatencyProbe(parent)
    watchdog = Watchdog(probe)
    probe.start()
    watchdog.start()

    def the_culprit():
        time.sleep(0.8)

    QTimer.singleShot(0, parent, the_culprit)
    qtbot.waitUntil(lambda: watchdog.reports > 0, timeout=5000)
    QTimer.singleShot(0, parent, the_culprit)
    qtbot.waitUntil(lambda: probe.histogram.count > 20, timeout=5000)
    watchdog.close()
    probe.stop()
    assert watchdog.reports == 1, "a second freeze within ten seconds is not written again"
    assert "the_culprit" in caplog.text


def test_stacks_name_this_thread():
    assert "test_stacks_name_this_thread" in stacks(threading.get_ident()).split("--")[1]


def test_looking_at_stacks_keeps_nothing_of_them_alive():
    ended_in, over = [], threading.Event()

    class Local:
        def __del__(self):
            ended_in.append(threading.get_ident())

    def paint():
        local = Local()
        sum(range(2000))
        return local is None

    def look():
        while not over.is_set():
            stacks(main)

    main, watcher = threading.get_ident(), threading.Thread(target=look, daemon=True)
    watcher.start()
    late = 0
    for number in range(1000):
        paint()
        late += len(ended_in) <= number  # something still holds the variables of a function that has returned
    over.set()
    watcher.join(10)
    assert late == 0
    assert set(ended_in) == {main}


def test_frame_clock_leaves_the_loop_room_beside_a_slow_page(qapp, qtbot):
    parent = QObject()
    clock, probe = FrameClock(parent), LatencyProbe(parent)
    frames = []

    def slow():
        frames.append(time.perf_counter())
        time.sleep(0.05)

    clock.show(slow)
    clock.start()
    probe.start()
    qtbot.waitUntil(lambda: len(frames) >= 8, timeout=5000)
    clock.stop()
    probe.stop()
    gaps = np.diff(frames)
    assert gaps.min() > 0.09, "after 50 ms of work the loop is left alone for as long"


def test_a_failing_page_is_reported_once_and_left_alone(qapp, qtbot):
    parent = QObject()
    clock = FrameClock(parent)
    calls, failures = [], []

    def broken():
        calls.append(1)
        raise RuntimeError("broken page")

    clock.failed.connect(failures.append)
    clock.show(broken)
    clock.start()
    qtbot.waitUntil(lambda: len(failures) == 1)
    ticks = []
    clock.followers.append(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) > 5)
    clock.stop()
    assert len(calls) == len(failures) == 1


def test_frame_meter_counts():
    meter = FrameMeter()
    start = time.perf_counter()
    for frame in range(61):
        meter.frame(start + frame / 60, 0.004)
    assert 55 < meter.per_second < 65
    assert abs(meter.longest_ms - 4) < 0.1


def test_void_calls_keep_their_reference_to_none(qapp):
    timer = QTimer()
    before = sys.getrefcount(None)
    for number in range(2000):
        timer.setInterval(number)
    assert before - sys.getrefcount(None) < 100
