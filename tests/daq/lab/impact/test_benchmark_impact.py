"""The benchmark of the impact of a certificate asks what it says, in small."""

from benchmarks.impact import run, table


def test_the_benchmark_finds_its_results_and_changes_some_verdicts():
    result = run(results=400, rounds=1)
    assert (result.results, result.captures) == (400, 2400)
    assert 0 < result.verdicts_changed < 100
    assert "400 results, 2,400 captures" in table(result)
