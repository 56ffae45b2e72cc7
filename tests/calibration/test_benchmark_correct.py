"""The benchmark runs, whatever the machine's speed is."""

from benchmarks.correct import LIMITS, run, table


def test_the_benchmark_compares_with_every_competitor():
    result = run(readings=2000, rounds=1)
    assert [line.name for line in result.lines] == list(LIMITS)
    assert all(line.readings_per_s > 0 and line.ratio > 0 for line in result.lines)
    text = table(result)
    assert text.count("\n") == 3
    assert "uncertainties" in text
