"""Names, traps, left-overs and text that does not belong."""

from tree import TreeTest


class WordTests(TreeTest):
    def test_empty_names(self):
        files = {"Sources/Engine/RowUtils.swift": "let a = 1\n"}
        self.assert_problem(files, "Sources/Engine/RowUtils.swift:1:", "RowUtils.swift")
        files = {"Sources/Engine/Helpers/Row.swift": "let a = 1\n"}
        self.assert_problem(files, "Sources/Engine/Helpers/Row.swift:1:", "Helpers")
        files = {"Sources/Engine/Row.swift": "\npackage final class RowManager {}\n"}
        self.assert_problem(files, "Sources/Engine/Row.swift:2:", "RowManager")
        self.assert_accepted({"Sources/StreamSQL/A.swift": "struct CommonTableExpression {}\n"})

    def test_traps(self):
        for line in ('fatalError("no")', "let a = try! b()", "let a = b as! C", "assertionFailure()"):
            files = {"Sources/Engine/A.swift": "\n" + line + "\n"}
            self.assertEqual(len(self.problems(files)), 1, line)
            self.assert_accepted({"Tests/EngineTests/A.swift": line + "\n"})
        text = '// fatalError(x) would be wrong here\nlet a = "try! b as! c"\nlet d = try? e as? F\n'
        self.assert_accepted({"Sources/Engine/A.swift": text})

    def test_code_in_an_interpolation_is_code(self):
        files = {"Sources/Engine/A.swift": 'let a = "\\(try! b())"\n'}
        self.assert_problem(files, "Sources/Engine/A.swift:1:", "try!")

    def test_left_over_marks(self):
        for line in ("// TODO later", "let a = 1 // FIXME", "/* XXX */"):
            self.assertEqual(len(self.problems({"Sources/Engine/A.swift": line + "\n"})), 1, line)
        self.assert_accepted({"Sources/Engine/A.swift": 'let a = "TODO"\n'})

    def test_paths_of_one_machine(self):
        for path in ("ROOT/.build/x", "/home/somebody/x", "/root/x", "/Users/somebody/x"):
            files = {"docs/a.md": "one\nsee `" + path + "` there\n"}
            self.assert_problem(files, "docs/a.md:2:", "is a path of one machine")
        self.assert_accepted({"docs/a.md": "GET /api/home/page, /etc/millrace, ~/data, https://host/root/x\n"})

    def test_unresolved_merge(self):
        files = {"docs/a.md": "one\n" + "<" * 7 + " ours\n"}
        self.assert_problem(files, "docs/a.md:2:", "unresolved merge")

    def test_large_files(self):
        files = {"Apps/data.json": "x" * 1_000_001}
        self.assert_problem(files, "Apps/data.json:1:", "stay out of git")

    def test_required_files(self):
        self.assert_problem({"LICENSE": "all rights reserved\n"}, "LICENSE:1:", "Apache License")
