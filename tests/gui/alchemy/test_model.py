import numpy as np

from engine.runs import Record
from gui.pages.alchemy.model import Situations
from tests.gui.alchemy.sample import play, write


def test_a_path_leads_from_the_root_to_the_leaf_by_parents(situations):
    for line in situations.lines.values():
        path = situations.line_path(line.identifier)
        assert situations.nodes["parent"][path.rows[0]] == -1
        assert path.rows[-1] == line.leaf
        for before, after in zip(path.rows, path.rows[1:], strict=False):
            assert situations.nodes["parent"][after] == before
        assert list(path.positions) == sorted(set(path.positions))
        assert path.positions[0] == 0
        assert path.positions[-1] == 200


def test_a_branch_shares_exactly_the_situations_before_it_left(situations):
    main, other = situations.line_path("main"), situations.line_path("what-if")
    begin = situations.lines["what-if"].begin
    shared = [row for row in other.rows if row in main.rows]
    assert shared == list(main.rows[: main.rows.index(begin) + 1])
    assert situations.parting(main, other) == situations.position(begin)
    assert situations.parting(main, main) == -1


def test_index_finds_the_last_situation_at_or_before_a_position(situations):
    path = situations.line_path("main")
    for index, position in enumerate(path.positions):
        assert path.index(position) == index
    gaps = [p for p in range(200) if p not in path.positions]
    assert gaps
    for position in gaps:
        assert path.positions[path.index(position)] < position < path.positions[path.index(position) + 1]


def test_a_growing_record_is_taken_in_piece_by_piece_and_equals_one_read_at_once(tmp_path):
    writer, trace, nodes = write(tmp_path, trials=2, branch=False, finish=False)
    live = Situations(Record.open(writer.folder))
    assert live.refresh()
    assert not live.refresh()
    before = live.nodes.copy()
    more = play(trace, nodes[2], "level-3", "Level 3")
    trace.line("late", "Late", more[-1], "level-3", nodes[2].row)
    writer.flush()
    assert live.refresh()
    writer.finish("finished", {})
    whole = Situations(Record.open(writer.folder))
    whole.refresh()
    assert (live.nodes == whole.nodes).all()
    assert (live.nodes[: len(before)] == before).all()
    assert live.lines == whole.lines
    assert live.line_path("late").rows[:3] == live.line_path("main").rows[:3]


def test_taking_back_shortens_the_line_and_keeps_its_title_and_every_row(tmp_path):
    writer, trace, nodes = write(tmp_path, trials=1, branch=False, finish=False)
    live = Situations(Record.open(writer.folder))
    live.refresh()
    count = len(live.nodes)
    trace.line("main", "main", nodes[3], "you")
    writer.flush()
    live.refresh()
    writer.finish("finished", {})
    assert live.line_path("main").rows == (0, 1, 2, 3)
    assert live.lines["main"].title == "Random heuristic"
    assert len(live.nodes) == count


def test_a_row_that_names_itself_as_parent_ends_the_walk(situations):
    situations.nodes["parent"][5] = 5
    assert situations.path(5).rows == (5,)


def test_a_record_without_tables_is_empty(tmp_path):
    from engine.runs import RecordWriter

    with RecordWriter.create(tmp_path, experiment="alchemy-play", configuration={}) as writer:
        live = Situations(Record.open(writer.folder))
        assert not live.refresh()
        assert len(live.nodes) == 0
        assert live.line_path("you").rows == ()
    assert np.size(live.nodes) == 0
