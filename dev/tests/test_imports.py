"""The import table."""

from tree import TreeTest


class ImportTests(TreeTest):
    def test_allowed_imports(self):
        self.assert_accepted({
            "Sources/Engine/A.swift": "package import Columnar\nimport Diagnostics\nimport Glibc\nimport StreamSQL\n",
            "Sources/Formats/B.swift": "import CSimdjson\nprivate import struct Columnar.Batch\n",
            "Sources/Serving/C.swift": "import Hummingbird\n@preconcurrency import NIOCore\n",
        })  # fmt: skip

    def test_imports_point_one_way(self):
        files = {"Sources/StreamSQL/A.swift": "import Columnar\n\nimport Engine\n"}
        self.assert_problem(files, "Sources/StreamSQL/A.swift:3:", "StreamSQL may not import Engine")
        files = {"Sources/Engine/A.swift": "package import Tables\n"}
        self.assert_problem(files, "Sources/Engine/A.swift:1:", "Engine may not import Tables")

    def test_network_library_stays_at_the_edge(self):
        files = {"Sources/Engine/A.swift": "import NIOCore\n"}
        self.assert_problem(files, "Sources/Engine/A.swift:1:", "NIOCore may only be imported by")

    def test_a_shim_has_one_owner(self):
        files = {"Sources/Engine/A.swift": "import CSimdjson\n"}
        self.assert_problem(files, "Sources/Engine/A.swift:1:", "only be imported by Formats")

    def test_foundation_in_every_spelling(self):
        for line in (
            "import Foundation",
            "public import Foundation",
            "import struct Foundation.Date",
            "@preconcurrency import FoundationEssentials",
            "  import FoundationNetworking",
        ):
            files = {"Sources/Formats/A.swift": line + "\n"}
            self.assert_problem(files, "Sources/Formats/A.swift:1:", "is not used in Sources")

    def test_words_in_comments_and_strings_are_no_imports(self):
        text = '// import Engine\n/*\nimport Engine\n*/\nlet text = """\nimport Engine\n"""\n'
        self.assert_accepted({"Sources/StreamSQL/A.swift": text})

    def test_test_support_is_not_shipped(self):
        files = {"Sources/Server/A.swift": "import TestSupport\n"}
        self.assert_problem(files, "Sources/Server/A.swift:1:", "TestSupport is for tests")
        self.assert_accepted({"Tests/ServerTests/A.swift": "import TestSupport\nimport Foundation\n"})

    def test_unknown_modules_and_targets(self):
        files = {"Sources/Engine/A.swift": "import Magic\n"}
        self.assert_problem(files, "Sources/Engine/A.swift:1:", "Magic is not in the import table")
        files = {"Sources/Novelty/A.swift": "import Glibc\n"}
        self.assert_problem(files, "Sources/Novelty/A.swift:1:", "target Novelty is not in the import table")
