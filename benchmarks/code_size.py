"""How much Python there is to read under src: lines of code, without comments, docstrings and blank lines.

    python -m benchmarks.code_size [FOLDER]

A line counts when a token of code stands on it; what continues a statement, brackets and all, counts line by line. The
last line printed is JSON.
"""

import io
import json
import sys
import tokenize
from pathlib import Path

LAYOUT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER),
}


def count_lines(source: str) -> int:
    """Lines of code; a string that begins a module, class or function is a docstring, one behind a value is code."""
    lines: set[int] = set()
    statement: list[tokenize.TokenInfo] = []
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in LAYOUT:
            statement.append(token)
        elif token.type == tokenize.INDENT:
            begins = True
        elif token.type == tokenize.NEWLINE:
            if not begins or any(part.type != tokenize.STRING for part in statement):
                lines.update(line for part in statement for line in range(part.start[0], part.end[0] + 1))
            statement, begins = [], False
    return len(lines)


def main() -> None:
    """Count and print, the largest rooms first."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else "src")
    rooms: dict[str, int] = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).parts[1:]
        room = parts[0] if len(parts) > 1 else "."
        rooms[room] = rooms.get(room, 0) + count_lines(path.read_text(encoding="utf-8"))
    for room, lines in sorted(rooms.items(), key=lambda pair: -pair[1]):
        print(f"{room:12} {lines:6,}")
    print(json.dumps({"lines": sum(rooms.values()), "files": len(list(root.rglob("*.py")))}))


if __name__ == "__main__":
    main()
