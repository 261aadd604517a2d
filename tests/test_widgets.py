"""The live control: its sliders, its thread, and the picture that stands for it on a static page."""

import asyncio
import concurrent.futures
import threading

import IPython.display
import ipywidgets
import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import pytest

from mflimit import widgets

ALT = "a line whose slope is a"


@pytest.fixture
def calls():
    return []


@pytest.fixture
def draw(calls):
    def draw(a=1.0, n=3):
        calls.append((a, n, threading.current_thread()))
        figure, ax = plt.subplots(figsize=(1, 1))
        ax.plot([0, 1], [0, a])
        return figure

    return draw


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(IPython.display, "display", found.append)
    return found


def test_a_static_page_shows_the_defaults_and_no_control(monkeypatch, draw, calls, shown):
    monkeypatch.setenv("MFLIMIT_STATIC", "1")
    widgets.explore(draw, alt=ALT, a=(0.0, 2.0, 0.5))
    assert [call[:2] for call in calls] == [(1.0, 3)]
    assert ALT in shown[0].data and "a = 1" in shown[0].data and "<input" not in shown[0].data


def test_sliders_start_at_the_defaults_and_redraw(monkeypatch, draw, calls, shown):
    monkeypatch.delenv("MFLIMIT_STATIC", raising=False)
    widgets.explore(draw, alt=ALT, a=(0.0, 2.0, 0.5), n=(1, 5, 1))
    first, second, picture = shown[0].children
    assert isinstance(first, ipywidgets.FloatSlider) and isinstance(second, ipywidgets.IntSlider)
    assert (first.value, first.min, first.max, first.step) == (1.0, 0.0, 2.0, 0.5)
    assert not first.continuous_update
    before = picture.value
    assert f'alt="{ALT}"' in before
    first.value = 2.0
    assert calls[-1][:2] == (2.0, 3) and picture.value != before
    assert not plt.get_fignums(), "figures must be closed"


def test_drawing_stays_in_the_thread_of_the_cell(monkeypatch, draw, calls, shown):
    monkeypatch.delenv("MFLIMIT_STATIC", raising=False)
    drawn_in = []

    async def cell():
        drawn_in.append(threading.current_thread())
        widgets.explore(draw, alt=ALT, a=(0.0, 2.0, 0.5))
        slider = shown[0].children[0]
        other = threading.Thread(target=lambda: setattr(slider, "value", 0.5))
        other.start()
        other.join()
        assert len(calls) == 1, "nothing is drawn while the cell runs"
        await asyncio.sleep(0)

    # In a thread of its own: a browser of the site's tests may have left a running loop in this one.
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, cell()).result()
    assert calls[-1][0] == 0.5
    assert {call[2] for call in calls} == set(drawn_in)


@pytest.mark.parametrize(
    ("sliders", "error", "words"),
    [
        ({}, ValueError, "at least one slider"),
        ({"b": (0, 1, 0.1)}, TypeError, "b must be a parameter of draw"),
        ({"a": (2.0, 3.0, 0.1)}, ValueError, r"a must be \(low, high, step > 0\) around 1.0, got \(2.0, 3.0, 0.1\)"),
        ({"a": (0.0, 3.0, 0)}, ValueError, "step > 0"),
    ],
)
def test_bad_sliders_are_named(draw, sliders, error, words):
    with pytest.raises(error, match=words):
        widgets.explore(draw, alt=ALT, **sliders)
