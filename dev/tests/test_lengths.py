"""Lengths of files and functions."""

from source_rules.lengths import bodies
from source_rules.swift_text import blanked
from tree import TreeTest


def function(head, lines):
    """A declaration of `lines` lines in all."""
    return head + " {\n" + "    step()\n" * (lines - 2) + "}\n"


class LengthTests(TreeTest):
    def test_file_length(self):
        self.assert_accepted({"Sources/Engine/A.swift": "let a = 1\n" * 600})
        files = {"Sources/Engine/A.swift": "let a = 1\n" * 601}
        self.assert_problem(files, "Sources/Engine/A.swift:601:", "601 lines")
        self.assert_accepted({"Tests/EngineTests/A.swift": "let a = 1\n" * 1000})
        files = {"Tests/EngineTests/A.swift": "let a = 1\n" * 1001}
        self.assert_problem(files, "Tests/EngineTests/A.swift:1001:", "1001 lines")

    def test_function_length(self):
        for head in ("func a()", "package init<T: P>(x: T) throws", "deinit", "subscript(i: Int) -> Int", "var a: Int"):
            self.assert_accepted({"Sources/Engine/A.swift": "\n" + function(head, 70)})
            files = {"Sources/Engine/A.swift": "\n" + function(head, 71)}
            self.assert_problem(files, "Sources/Engine/A.swift:2:", "71 lines")

    def test_signature_over_several_lines(self):
        head = "func a<T>(\n    first: Int,\n    second: (Int) -> Void = { _ in }\n)\n    -> Int\nwhere T: P"
        self.assert_accepted({"Sources/Engine/A.swift": function(head, 65)})
        files = {"Sources/Engine/A.swift": function(head, 66)}
        self.assert_problem(files, "Sources/Engine/A.swift:1:", "a has 71 lines")

    def test_method_in_a_long_type(self):
        text = "struct S {\n" + function("func a()", 69) + function("func b()", 71) + "}\n"
        self.assert_problem({"Sources/Engine/A.swift": text}, "Sources/Engine/A.swift:71:", "b has 71 lines")

    def test_declarations_without_a_body(self):
        text = "protocol P {\n    func a()\n    var b: Array<Int>\n    init()\n}\nlet c = S.init()\nvar d = f { 1 }\n"
        names = [name for _, _, name in bodies(blanked(text + function("func e()", 3)))]
        self.assertEqual(names, ["e"])

    def test_braces_in_strings_do_not_count(self):
        text = 'func a() {\n    b("}", #"\\"}"#, "\\(c("}")) }")\n' + "    step()\n" * 68 + "}\n"
        self.assert_problem({"Sources/Engine/A.swift": text}, "Sources/Engine/A.swift:1:", "a has 71 lines")

    def test_c_function_length(self):
        head = "int ms_crc(const char *bytes, int (*next)(void))"
        self.assert_accepted({"Sources/CPlatform/a.c": function(head, 70)})
        text = "char quote = '\"';\n" + function(head, 71)
        self.assert_problem({"Sources/CPlatform/a.c": text}, "Sources/CPlatform/a.c:2:", "ms_crc has 71 lines")
