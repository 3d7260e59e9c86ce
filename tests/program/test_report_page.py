"""report.html as a browser lays it out; skipped where there is no Chromium."""
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# How far the widest element reaches beyond its page, in the title, where --dump-dom shows it.
MEASURE = """<script>
document.title = "overflow " + Math.max(
    document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ...[...document.querySelectorAll(".scroll")].map(box => box.scrollWidth - box.clientWidth));
</script></body>"""


def overflow(page, text, width):
    page.write_text(text.replace("</body>", MEASURE))
    done = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},2000",
                           f"--user-data-dir={page.parent / 'profile'}", "--dump-dom", page.as_uri()],
                          capture_output=True, text=True, timeout=120)
    found = re.search(r"<title>overflow (-?\d+)</title>", done.stdout)
    assert found, done.stderr
    return int(found[1])


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_every_column_is_visible_on_a_screen_of_1280_pixels(tiny, tmp_path):
    assert overflow(tmp_path / "page.html", (tiny.path / "report.html").read_text(), 1280) <= 0


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_no_table_is_wider_than_the_paper(tiny, tmp_path):
    # The style of the print, on a window as wide as the narrower of A4 and Letter in landscape, less the margins.
    text = (tiny.path / "report.html").read_text()
    assert "@media print {" in text and "@page { size: landscape; margin: 10mm; }" in text
    assert overflow(tmp_path / "page.html", text.replace("@media print {", "@media screen {"), 980) <= 0


def test_the_page_has_an_entry_of_its_contents_for_every_section(tiny):
    text = (tiny.path / "report.html").read_text()
    anchors = re.findall(r'<h2 id="([\w-]+)">', text)
    assert len(anchors) > 10 and len(set(anchors)) == len(anchors)
    assert re.findall(r'<li><a href="#([\w-]+)">', text) == anchors


def test_no_number_of_the_reports_is_in_exponents(tiny):
    for name in ("report.html", "report.md"):
        assert not re.search(r"\b\d(\.\d+)?e[+-]\d+\b", (tiny.path / name).read_text()), name
