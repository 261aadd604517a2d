"""The audit finds each fault that it is there to find: a page that has it is not passed."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw
from webpage import AUDIT, picture_contrast

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

FAULTS = {
    "picture without alternative text": f'<img src="{PIXEL}">',
    "picture that does not load": '<img src="data:image/png;base64,xx" alt="a picture that is broken">',
    "literal mathematics": "<p>Let $$x = 1$$ be</p>",
    "mathematics not typeset": r'<span class="math">\(x\)</span>',
    "mathematics with an error": "<mjx-merror>x</mjx-merror>",
    "solution that starts open": '<div class="solution dropdown">x</div>',
    "solution that cannot be closed": '<div class="solution">x</div>',
    "dropdown that starts open": '<details class="sd-dropdown" open>x</details>',
    "control that needs a kernel": '<script type="application/vnd.jupyter.widget-view+json">{}</script>',
    "control without a name": '<input type="range">',
    "page that scrolls sideways": '<div style="width: 5000px">x</div>',
    "text with contrast": '<p style="color: #999; background: #fff">x</p>',
}


@pytest.fixture(scope="module")
def page(browser):
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_found(page, fault):
    page.set_content(f"<!doctype html><body><article>{FAULTS[fault]}</article></body>")
    page.wait_for_timeout(50)
    assert any(problem.startswith(fault) for problem in page.evaluate(AUDIT))


def test_a_good_page_passes(page):
    page.set_content(
        f'<!doctype html><body><article><p>Words</p><img src="{PIXEL}" alt="one black point"><button>Play</button>'
        '<details class="sd-dropdown"><summary>Proof</summary>x</details></article></body>'
    )
    assert page.evaluate(AUDIT) == []


@pytest.mark.parametrize(("ink", "ground", "legible"), [("black", "white", True), ("#333", "#121212", False)])
def test_pictures_must_stand_out(ink, ground, legible):
    image = Image.new("RGB", (200, 100), ground)
    ImageDraw.Draw(image).rectangle((20, 20, 60, 24), fill=ink)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    assert (picture_contrast(buffer.getvalue()) >= 7) == legible
