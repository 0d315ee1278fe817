"""The bench's figures: there, plausible, and of filters that lose nothing."""

from engine.filters import benchmark


def test_every_row_says_how_quick_and_how_large(monkeypatch):
    monkeypatch.setattr(benchmark, "BATCH", 300)
    monkeypatch.setattr(benchmark, "TIMES", 1)
    found = benchmark.measure()
    names = [row["name"] for row in found["rows"]]
    assert names[:3] == ["neural, text-order", "neural, text-mlp", "neural, text-lstm"]
    assert "Bloom, reference" in names
    for row in found["rows"]:
        assert row["inserts_per_second"] > 0
        assert row["queries_per_second"] > 0
        assert row.get("false_negatives", 0) == 0
        assert row["bits"] > 0
