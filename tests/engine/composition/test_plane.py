"""The near-exact plane against its known answers."""

import json

import numpy as np
import pytest

from engine.cli import main
from engine.composition.compose import Skills
from engine.composition.plane import SHARED, TARGETS, Plane, plane_rewards
from engine.errors import BadInput
from engine.runs import Record

EVEN = np.array([0.5, 0.5])
# mean V*, regret of CO and of GPI, mean C, by an independent solution of the same discretisation
KNOWN = {"left-right": (10.522, 3.071, 0.002, 5.151), "left-up": (17.666, 0.039, 0.593, 1.463),
         "tricky": (12.293, 3.216, 0.585, 2.952)}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("pair", KNOWN)
def test_the_plane_has_its_known_answers(pair):
    found = Skills(Plane(pair).problem()).compose(EVEN)
    measured = (found.values["optimal"].mean(), found.regret("co"), found.regret("gpi"), found.correction.mean())
    np.testing.assert_allclose(measured, KNOWN[pair], atol=0.02)
    assert np.abs(found.action_values["dc"] - found.action_values["optimal"]).max() <= 1e-5


def test_the_tricky_plane_as_a_run(capsys):
    texts = ["suite=plane", "pair=tricky", "runs=1000"]
    assert main(["run", "composition", *(word for text in texts for word in ("--set", text)), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    rows = {row["method"]: row for row in result["rows"]}
    value, optimism, improvement, _ = KNOWN["tricky"]
    assert rows["optimal"]["value"] == pytest.approx(value, abs=0.02)
    assert rows["co"]["regret"] == pytest.approx(optimism, abs=0.02)
    assert rows["gpi"]["regret"] == pytest.approx(improvement, abs=0.02)
    assert abs(rows["dc"]["regret"]) < 1e-9
    assert rows["dc"]["return"] == pytest.approx(23.53, abs=0.5)
    assert rows["dc"]["share_at_shared"] == pytest.approx(0.968, abs=0.025)
    record = Record.open(result["record"])
    assert record.table("maps").read()["value"].shape == (5, 33, 33)
    assert record.table("rollouts").read()["points"].shape[1:] == (46, 1, 3)


@pytest.mark.parametrize("pair", TARGETS)
def test_dc_equals_the_optimum_in_a_coarse_plane_at_any_mixture(pair):
    skills = Skills(Plane(pair, 9, 5).problem())
    for b in np.linspace(0, 1, 5):
        found = skills.compose(np.array([b, 1 - b]))
        assert np.abs(found.action_values["dc"] - found.action_values["optimal"]).max() <= 1e-9
        assert (found.action_values["optimal"] - found.action_values["co"]).max() <= 1e-9


def test_corners_interpolate_planes_exactly():
    plane = Plane(side=9)
    points = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    law = plane.corners(points)
    np.testing.assert_allclose(law.weight.sum(1), 1)
    height = plane.nodes @ np.array([2.0, -3.0]) + 1
    np.testing.assert_allclose((height[law.next] * law.weight).sum(1), points @ np.array([2.0, -3.0]) + 1, atol=1e-12)


def test_regions_pay_where_they_should():
    assert plane_rewards("tricky", SHARED) == pytest.approx([0.75, 0.75], abs=1e-3)
    assert plane_rewards("left-up", np.array([-0.7, -1.0])) == pytest.approx([1, 0], abs=1e-6)
    with pytest.raises(BadInput, match="left-right, left-up, tricky"):
        plane_rewards("sideways", SHARED)
