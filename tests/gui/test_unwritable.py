"""A data folder that cannot be written: the window opens, says so, and loses nothing."""

from gui.application import can_write, log_folder


def test_a_folder_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("kept")
    assert not can_write(tmp_path / "file" / "runs")
    assert can_write(tmp_path / "new" / "runs")
    assert list((tmp_path / "new" / "runs").iterdir()) == []


def test_logs_go_elsewhere_where_the_home_is_unwritable(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("kept")
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "file"))
    folder = log_folder()
    try:
        assert folder.is_dir()
        assert tmp_path not in folder.parents
    finally:
        folder.rmdir()


def test_the_window_says_that_nothing_can_be_recorded(make_application, tmp_path, monkeypatch, qtbot):
    (tmp_path / "file").write_text("kept")
    monkeypatch.setenv("ATHANOR_HOME", str(tmp_path / "file"))
    application = make_application()
    qtbot.waitUntil(lambda: application.window.errors.isVisible())
    assert "cannot be written" in application.window.errors.report
    assert (tmp_path / "file").read_text() == "kept"
