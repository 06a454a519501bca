"""The counting of test results in the output of a stage."""

import pathlib
import subprocess
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "count-results.awk"


def counted(output):
    result = subprocess.run(["awk", "-f", str(SCRIPT)], input=output, capture_output=True, text=True, check=True)
    return result.stdout.strip()


class CountTests(unittest.TestCase):
    def test_swift_testing(self):
        output = """Test Suite 'All tests' passed at 2026-01-01 00:00:00.000
◇ Test a() started.
✔ Test a() passed after 0.001 seconds.
✔ Test b(x:) with 2 test cases passed after 0.001 seconds.
✘ Test c() recorded an issue at T.swift:3:20: Expectation failed: false
✘ Test c() failed after 0.001 seconds with 1 issue.
✔ Suite S passed after 0.001 seconds.
✘ Test run with 3 tests in 1 suite failed after 0.001 seconds with 1 issue.
"""
        self.assertEqual(counted(output), "2 1")

    def test_pytest(self):
        self.assertEqual(counted("..F [100%]\n2 failed, 3 passed, 1 skipped, 1 error in 12.34s\n"), "3 3")
        self.assertEqual(counted("===== 4 passed in 0.10s =====\n"), "4 0")
        self.assertEqual(counted("1 error in 0.10s\n"), "0 1")

    def test_suite_of_the_project(self):
        self.assertEqual(counted("area one\n5 passed, 2 failed\nsecond\n9 passed, 1 failed\n"), "9 1")

    def test_no_count(self):
        self.assertEqual(counted("all passed, I think\n"), "-")


if __name__ == "__main__":
    unittest.main()
