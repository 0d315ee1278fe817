"""Lessons: their pages and actions exist, Next carries them out once."""

from gui.lessons import lessons
from gui.pages.catalogue import PAGES


def test_lessons_name_pages_and_actions_that_exist(make_application):
    window = make_application(page="alchemy").window
    pages = {page.identifier for page in PAGES}
    for lesson in lessons().values():
        assert len(lesson.steps) >= 4
        for step in lesson.steps:
            assert step.page in pages
            window.show_page(step.page)
            if step.action:
                assert step.action in {action.identifier for action in window.actions_list.all()}


def test_a_lesson_leads_from_step_to_step(make_application):
    whole = make_application(page="settings")
    window, performed = whole.window, []
    window.actions_list.performed.connect(performed.append)
    window.actions_list.run("lesson.stone")
    view = window._lesson_view
    assert window.docks["lesson"].isVisible()
    assert window.current == "alchemy"
    assert view.count.text() == "Step 1 of 5"
    view.next.click()
    assert performed[-1] == "alchemy.play"
    assert whole.workspace.wait(lambda: window.page.may_act, 60)
    view.back.click()
    view.next.click()
    assert performed.count("alchemy.play") == 1
    for _ in range(3):
        view.next.click()
    assert view.next.text() == "Done"
    view.next.click()
    assert window.docks["lesson"].isHidden()
