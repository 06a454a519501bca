"""Small source trees for the tests of the rules."""

import pathlib
import tempfile
import unittest

from source_rules.__main__ import REQUIRED_FILES, check_tree


class TreeTest(unittest.TestCase):
    """A test that writes files into an empty tree and looks at what the rules say about it."""

    def problems(self, files):
        """The problems of a tree of these files (path to text), as lines; required files are added."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "nested" / "tree"
            for path, text in {**REQUIRED_FILES, **files}.items():
                file = root / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text.replace("ROOT", str(root.resolve())), encoding="utf-8")
            return [str(problem) for problem in check_tree(root)]

    def assert_accepted(self, files):
        self.assertEqual(self.problems(files), [])

    def assert_problem(self, files, start, word):
        """Exactly one problem, at the place `start` ("path:line:"), with `word` in its text."""
        found = self.problems(files)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(start), found[0])
        self.assertIn(word, found[0])
