"""Swift source with everything that is not code blanked out, so that rules can look for words and braces."""


import re

SPECIAL = re.compile(r'[/"#()]')


class Blanker:
    """Replaces comments and the contents of string literals by spaces; line breaks stay where they are.

    Code inside string interpolations is kept, because it is code. Regex literals are not recognised: the project
    writes patterns as strings.
    """

    def __init__(self, text):
        self.text = text
        self.out = []
        self.at = 0

    def run(self):
        """The blanked text, as long as the original."""
        self.code(closing=None)
        return "".join(self.out)

    def keep(self, count=1):
        self.out.append(self.text[self.at : self.at + count])
        self.at += count

    def blank(self, count=1):
        part = self.text[self.at : self.at + count]
        self.out.append("\n".join(" " * len(line) for line in part.split("\n")))
        self.at += count

    def code(self, closing):
        """Keeps code up to the parenthesis that ends an interpolation, or up to the end of the text."""
        depth = 0
        text, size = self.text, len(self.text)
        while self.at < size:
            found = SPECIAL.search(text, self.at)
            self.keep((found.start() if found else size) - self.at)
            if not found:
                return
            character = text[self.at]
            if text.startswith("//", self.at):
                end = text.find("\n", self.at)
                self.blank((size if end < 0 else end) - self.at)
            elif text.startswith("/*", self.at):
                self.block_comment()
            elif character == '"' or (character == "#" and self.hashes_before_quote()):
                self.string(self.hashes_before_quote())
            elif closing and character == "(":
                depth += 1
                self.keep()
            elif closing and character == ")":
                if depth == 0:
                    return
                depth -= 1
                self.keep()
            else:
                self.keep()

    def hashes_before_quote(self):
        """How many `#` stand before a quote at this place; 0 where there is none."""
        end = self.at
        while end < len(self.text) and self.text[end] == "#":
            end += 1
        return end - self.at if end < len(self.text) and self.text[end] == '"' else 0

    def block_comment(self):
        depth = 0
        while self.at < len(self.text):
            if self.text.startswith("/*", self.at):
                depth += 1
                self.blank(2)
            elif self.text.startswith("*/", self.at):
                depth -= 1
                self.blank(2)
                if depth == 0:
                    return
            else:
                self.blank()

    def string(self, hashes):
        self.keep(hashes)
        quote = '"""' if self.text.startswith('"""', self.at) else '"'
        end = quote + "#" * hashes
        escape = "\\" + "#" * hashes
        self.keep(len(quote))
        while self.at < len(self.text):
            if self.text.startswith(end, self.at):
                self.keep(len(end))
                return
            if self.text.startswith(escape + "(", self.at):
                self.blank(len(escape))
                self.keep()
                self.code(closing=")")
                if self.at < len(self.text):
                    self.keep()
            elif self.text.startswith(escape, self.at):
                self.blank(len(escape) + 1)
            elif quote == '"' and self.text[self.at] == "\n":
                return  # an unfinished literal; the compiler says so
            else:
                self.blank()


def blanked(text):
    """`text` with comments and string contents replaced by spaces."""
    return Blanker(text).run()


def without_strings(text, code):
    """`text` with string contents blanked but comments kept, for rules about words in comments; `code` is all blanked."""
    kept = []
    for original, bare in zip(text.split("\n"), code.split("\n")):
        start = len(bare.rstrip())
        comment = original[start:].lstrip()
        kept.append(bare[:start] + original[start:] if comment.startswith(("//", "/*", "*")) else bare)
    return "\n".join(kept)
