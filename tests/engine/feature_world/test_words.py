"""Feature World in words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feature_world import words
from engine.feature_world.world import Situation, World

WORLDS = [World(2, 4), World(3, 3, "conjunction"), World(4, 2, "conjunction"), World(6, 8, "single", "find", "unique")]


def test_every_offered_object_and_every_rule_can_be_read_back():
    for world in WORLDS:
        for index in range(len(world.objects)):
            assert words.read_answer(world, f"Reasoning: well\nAction: {words.object_text(index)}") == index
            assert words.read_answer(world, f"action: {world.object_words(index)}") == index
        for rule in range(len(world.rules)):
            assert words.read_rule(world, f"I think so.\nAnswer: {world.rule_words(rule)}.") == rule


def test_only_the_last_action_line_counts():
    world = World(2, 4)
    assert words.read_answer(world, "Action: object 3\nNo, better\nAction: object 5") == 4
    assert words.read_answer(world, "I propose object 3") is None
    assert words.read_answer(world, "Action: object 3 or object 4") is None
    assert words.read_answer(world, "Action: object 17") is None
    assert words.read_answer(world, "Action: 16") == 15


def test_the_state_names_every_object_and_what_was_tried():
    world = World(2, 3)
    text = words.state_message(world, Situation(world.everything).after(world, 4, True))
    assert all(world.object_words(index) in text for index in range(9))
    assert f"object 5 ({world.object_words(4)}): reward" in text


@settings(max_examples=500, deadline=None)
@given(st.text() | st.text('aActionobject :0123456789\n{}"*red blue', max_size=60))
def test_no_text_raises(text):
    for world in WORLDS[:2]:
        chosen, rule = words.read_answer(world, text), words.read_rule(world, text)
        assert chosen is None or 0 <= chosen < len(world.objects)
        assert rule is None or 0 <= rule < len(world.rules)
