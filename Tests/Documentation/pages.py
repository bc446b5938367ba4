"""The fenced blocks of a page, and what is to be done with each.

A comment right above a block says what it needs, in parts that `;` divides:

    <!-- only checked: it needs a Docker -->   it is not executed; its syntax is checked
    <!-- server stopped -->                    the server that the page has started is stopped first
    <!-- in the clone -->                      it is executed in a copy of this repository's project
    <!-- needs postgres -->                    a private PostgreSQL is there; else it is skipped

A block of JSON, SQL, JavaScript or Python whose text above ends with a path, such as
`Schemas/models/books.json`, is that file, and is written.
"""

import dataclasses
import re

BASH = {"bash", "sh"}
# What is written to files, by the ending of its path.
FILES = {
    "json": (".json",), "sql": (".sql",), "js": (".js", ".mjs"), "python": (".py",), "csv": (".csv",),
}
PATH = re.compile(r"`([A-Za-z0-9_./-]+)`")
WAYS = {"server stopped", "in the clone", "needs postgres"}


@dataclasses.dataclass
class Block:
    place: str
    language: str
    text: str
    # Why it is not executed; none where it is.
    unexecuted: str | None
    ways: set
    # The file that it is.
    path: str | None

    @property
    def is_command(self):
        return self.language in BASH or self.language == "console"


def blocks(name, text):
    """The blocks of a page in their order."""
    found, lines, number = [], text.split("\n"), 0
    while number < len(lines):
        fence = re.fullmatch(r"```(\w*)", lines[number])
        if not fence:
            number += 1
            continue
        end = lines.index("```", number + 1)
        found.append(block(f"{name}:{number + 1}", fence[1], lines[number + 1:end], lines[:number]))
        number = end + 1
    return found


def block(place, language, lines, above):
    above = list(above)
    while above and not above[-1]:
        above.pop()
    unexecuted, ways = None, set()
    if above and (said := re.fullmatch(r"<!-- (.*) -->", above[-1])):
        above.pop()
        for part in said[1].split("; "):
            if part.startswith("only checked: "):
                unexecuted = part.removeprefix("only checked: ")
            elif part in WAYS:
                ways.add(part)
            else:
                raise ValueError(f"{place}: nobody knows what '{part}' is")
    path = path_above(above, FILES.get(language, ()))
    return Block(place, language, "\n".join(lines) + "\n", unexecuted, ways, path)


def path_above(above, endings):
    """The last path in the paragraph above that a block may be the file of."""
    while above and not above[-1]:
        above.pop()
    start = len(above)
    while start > 0 and above[start - 1]:
        start -= 1
    paths = [path for path in PATH.findall("\n".join(above[start:])) if path.endswith(tuple(endings))]
    return paths[-1] if endings and paths else None
