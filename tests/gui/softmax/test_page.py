"""The page with real records and an engine that records what it is told."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from gui.pages.softmax.dialogs import CompareDialog
from gui.widgets.picture import Picture

from . import sample


def frames(page, count=3):
    for _ in range(count):
        page._drawn = 0.0
        page.on_frame()


@pytest.fixture
def shown(page, workspace):
    made = []

    def show(make, **more):
        writer = make(workspace.runs_folder, **more)
        made.append(writer)
        page.open_record(writer.folder.name)
        frames(page)
        return writer

    yield show
    for writer in made:
        writer.finish("stopped", None, None)


def test_the_welcome_starts_a_lesson_and_sends_the_sentence_once_it_is_there(page, workspace):
    QTest.mouseClick(page.welcome.lesson, Qt.MouseButton.LeftButton)
    engine = workspace.engine
    assert engine.jobs[0].experiment == "softmax-play"
    assert engine.jobs[0].lane == "interactive"
    assert engine.commands == []
    writer = sample.lesson(workspace.runs_folder)
    engine.tell(0, record=str(writer.folder))
    frames(page)
    assert [command["command"] for _, command in engine.commands] == ["teach"]
    assert page.panels.lesson.sentence.state.words[1].text == "blick"
    assert page.chosen == 1  # the new word
    QTest.keyClicks(page.panels.lesson.bar.text, " more")
    QTest.keyClick(page.panels.lesson.bar.text, Qt.Key.Key_Return)
    QTest.mouseClick(page.panels.lesson.bar.ask, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.panels.lesson.bar.forget, Qt.MouseButton.LeftButton)
    frames(page)
    assert [command["command"] for _, command in engine.commands] == ["teach", "teach", "ask", "forget"]
    assert engine.commands[1][1]["text"].endswith(" more")
    writer.finish("stopped", None, None)


def test_an_empty_sentence_cannot_be_taught(page):
    bar = page.panels.lesson.bar
    bar.text.setText("   ")
    assert not bar.teach.isEnabled()
    bar.say_teach()
    assert page.session is None


def test_a_click_on_a_word_moves_every_picture_to_it(page, shown):
    shown(sample.lesson)
    panel = page.panels.lesson
    panel.sentence.grab()
    region = panel.sentence.region(0)
    QTest.mouseClick(panel.sentence, Qt.MouseButton.LeftButton, pos=region.area.center().toPoint())
    frames(page)
    assert panel.sentence.state.chosen == 0
    assert panel.expected.state.right == "the"
    page.workspace.undo.undo()
    frames(page)
    assert panel.sentence.state.chosen == 1


def test_the_timeline_drives_the_raster_and_the_row(page, shown):
    shown(sample.language)
    page.go_to(12)
    frames(page)
    view = page.panels.language
    assert view.raster.position == 12
    assert view.rows.state.twins[0].step == 12
    assert page.transport.timeline.position == 12
    view.raster.grab()
    plot = view.raster._inner(view.raster.plot, float(view.raster.fontMetrics().height()))
    x = view.raster.span.x(20.5, plot)
    QTest.mouseClick(view.raster, Qt.MouseButton.LeftButton, pos=QPointF(x, plot.center().y()).toPoint())
    frames(page)
    assert page.position == 20


@pytest.mark.parametrize("make", [sample.language, sample.omniglot, sample.lesson])
@pytest.mark.parametrize("size", [(900, 560), (1700, 1000)])
def test_every_picture_paints_and_says_what_it_shows(page, shown, make, size):
    page.resize(*size)
    shown(make)
    page.go_to(2)
    frames(page)
    for picture in page.panels.currentWidget().findChildren(Picture):
        assert not picture.grab().isNull()
        assert picture.state is None or picture.describe()
        assert picture.accessibleName()


def test_export_writes_each_kind(page, shown, tmp_path):
    shown(sample.language)
    page.exporter.save(tmp_path / "a.png")
    page.exporter.save(tmp_path / "a.svg")
    page.exporter.save(tmp_path / "a.csv")
    page.exporter.copy_python()
    assert (tmp_path / "a.png").stat().st_size > 5000
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    assert (tmp_path / "a.csv").read_text().startswith("arm,seed,step")


def test_a_comparison_is_submitted_and_opened(page, workspace):
    page.compare("rare-words", {"corpus": "books", "words": 2000})
    job = workspace.engine.jobs[0]
    assert (job.experiment, job.configuration["task"], job.configuration["corpus"]) == (
        "hebbian-softmax",
        "language",
        "books",
    )
    writer = sample.language(workspace.runs_folder)
    workspace.engine.tell(0, record=str(writer.folder))
    frames(page)
    assert page.source.record.id == writer.folder.name
    assert page.toolbar.stop.isVisibleTo(page)
    writer.finish("stopped", None, None)


def test_what_fails_is_told_and_the_page_stays(page, workspace):
    page.compare_characters()
    workspace.engine.tell(0, status="failed", error="The data file omniglot was not found")
    frames(page)
    assert page.source is None
    assert page.welcome.lesson.isEnabled()
    page.open_record("no-such-run")
    assert page.source is None


def test_the_dialog_offers_texts(page, qtbot):
    dialog = CompareDialog(page)
    qtbot.addWidget(dialog)
    assert dialog.settings["corpus"] == "speeches"
    assert dialog.corpus.count() == 5


def test_the_examples_open_with_a_click(page):
    assert page.welcome.examples
    for button in page.welcome.examples.values():
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        frames(page)
        assert page.source.result
        assert page.source.length > 100
        assert page.source.problems == []


def test_state_is_kept(page):
    page.panels.lesson.bar.text.setText("a new one")
    kept = page.save_state()
    page.panels.lesson.bar.text.setText("other")
    page.restore_state(kept)
    assert page.panels.lesson.bar.text.text() == "a new one"
    page.restore_state({"sentence": 3, "repeat": "x"})
