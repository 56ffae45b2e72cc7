"""The benchmark of the impact of a certificate asks what it says, in small."""

from benchmarks.impact import run, table


def test_the_benchmark_finds_its_results_and_changes_some_verdicts():
    result = run(results=120, rounds=1)
    assert (result.results, result.captures) == (120, 720)
    assert 0 <= result.verdicts_changed < 30
    assert "120 results, 720 captures" in table(result)
