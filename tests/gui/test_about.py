"""What am I looking at: words for every page, with a reference where a paper is behind it, following the page shown."""

from gui.about import about_pages
from gui.pages.catalogue import PAGES


def test_every_page_has_words_and_those_of_papers_a_reference():
    assert {page.identifier for page in PAGES} <= set(about_pages())
    for page in PAGES:
        about = about_pages()[page.identifier]
        assert about.idea.endswith(".")
        assert about.look.endswith(".")
        if page.experiments:
            assert "arXiv" in about.reference


def test_the_dock_follows_the_page(make_application):
    window = make_application(page="alchemy").window
    dock = window.docks["about"]
    assert dock.isHidden()
    window.actions_list.run("dock.about")
    assert dock.isVisible()
    assert "ideal observer" in window._about_view.idea.text()
    window.show_page("settings")
    assert window._about_view.reference.isHidden() or not window._about_view.reference.text()
    window.show_page("memory")
    assert "1610.09027" in window._about_view.reference.text()
