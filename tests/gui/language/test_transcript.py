"""The transcript: thousands of cards, folded ones, growing ones."""

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from gui.widgets.conditions import clock, percent, short
from gui.widgets.transcript import Transcript
from gui.widgets.transcript_card import Block, Card, estimate


def card(key, lines=3, **more):
    text = "\n".join(f"line {k} of message {key} has some words to be wrapped where it is narrow" for k in range(lines))
    return Card(key, "game", (("game", text),), **more)


@pytest.fixture
def transcript(qtbot):
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(560, 500)
    made.show()
    return made


def test_only_what_is_seen_is_laid_out(transcript):
    transcript.set_cards([card(k, 1 + k % 9) for k in range(6000)])
    assert 0 < len(transcript._blocks) < 40
    began = time.perf_counter()
    for value in np.linspace(0, transcript.verticalScrollBar().maximum(), 60):
        transcript.verticalScrollBar().setValue(int(value))
        transcript.viewport().repaint()
    assert (time.perf_counter() - began) / 60 < 0.05  # far above what it takes, far below what all cards would
    assert len(transcript._blocks) <= 160


def test_cards_lie_below_each_other_without_gaps_or_overlaps(transcript):
    transcript.set_cards([card(k, 1 + k % 9) for k in range(400)])
    for value in (0, 3000, 9000, transcript.verticalScrollBar().maximum()):
        transcript.verticalScrollBar().setValue(value)
        first, last = transcript._range()
        for place in range(first, last):
            height = Block(transcript.cards[place], False, transcript._width, transcript.font(), "").height
            assert transcript._tops[place + 1] - transcript._tops[place] == pytest.approx(height + 4)


def test_the_estimate_is_close_to_the_true_height(transcript):
    unit = transcript.fontMetrics().height()
    columns = int((transcript._width - 7.6 * unit) / transcript.fontMetrics().averageCharWidth())
    for lines in (1, 5, 20):
        made = card(0, lines)
        true = Block(made, False, transcript._width, transcript.font(), "").height
        assert estimate(made, False, columns) * unit == pytest.approx(true, rel=0.35)


def test_the_end_is_followed_while_it_is_in_view(transcript):
    cards = [card(k) for k in range(50)]
    transcript.set_cards(cards)
    bar = transcript.verticalScrollBar()
    transcript.set_cards([*cards, card(50)])
    assert bar.value() == 0
    bar.setValue(bar.maximum())
    more = [*transcript.cards, *[card(k) for k in range(51, 60)]]
    transcript.set_cards(more)
    assert bar.value() == bar.maximum()


def test_a_card_whose_note_arrives_late_is_laid_out_again(transcript):
    cards = [card(k) for k in range(5)]
    transcript.set_cards(cards)
    before = transcript._heights[1]
    transcript.set_cards([cards[0], card(1, note="3 bits"), *cards[2:]])
    assert transcript.card(1).note == "3 bits"
    assert transcript._heights[1] > before


def test_long_cards_fold_and_unfold(transcript, qtbot):
    made = [card(0, 20, short="only this"), card(1)]
    transcript.set_cards(made)
    folded = transcript._heights[0]
    assert "more lines" in made[0].shown(True)[1][1]
    transcript.toggle(0)
    assert transcript._heights[0] > 2 * folded
    transcript.toggle(0)
    assert transcript._heights[0] == folded
    transcript.set_unfolded(True)
    assert transcript._heights[0] > 2 * folded
    transcript.toggle(0)
    assert transcript._heights[0] == folded


def test_keys_move_over_cards_but_not_over_headings(transcript, qtbot):
    transcript.set_cards([card(0), Card(-5, "trial", (("Trial 2", ""),)), card(1), card(2)])
    reached = []
    transcript.chosen.connect(reached.append)
    for _ in range(4):
        qtbot.keyClick(transcript, Qt.Key.Key_Down)
    qtbot.keyClick(transcript, Qt.Key.Key_Up)
    assert reached == [0, 1, 2, 1]
    assert transcript.accessibleDescription() == transcript.card(1).text


def test_a_chosen_card_is_brought_wholly_into_view(transcript):
    transcript.set_cards([card(k, 1 + k % 9) for k in range(500)])
    for key in (250, 3, 499, 120):
        transcript.select(key)
        place, top = transcript._places[key], transcript.verticalScrollBar().value()
        assert transcript._tops[place] >= top - 5
        assert transcript._tops[place + 1] <= top + transcript.viewport().height() + 5


def test_found_words_are_marked_also_after_letters_of_two_units(transcript):
    made = Card(0, "answer", (("answer", "😀 red and RED"),))
    block = Block(made, False, 500, transcript.font(), "red")
    formats = block._parts[0][2].formats()
    assert [(mark.start, mark.length) for mark in formats] == [(3, 3), (11, 3)]


def test_figures_are_written_short():
    assert (percent(0.256), percent(float("nan"))) == ("26 %", "–")
    assert (short(999), short(41_250), short(2_600_000)) == ("999", "41 k", "2.6 M")
    assert (clock(12.34), clock(600)) == ("12.3 s", "10 min")
