"""Says which tests of a log began and did not end; exit status 0 when there are any.

The log is what `swift test` prints with Swift Testing.
"""

import re
import sys

BEGUN = re.compile(r"^\S+ Test (.+) started\.$")
ENDED = re.compile(r'^\S+ Test (".*"|\S+) (?:with \d+ test cases? )?(?:passed|failed|skipped|was cancelled)\b')


def main() -> int:
    open_tests: dict[str, None] = {}
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            if (begun := BEGUN.match(line)) and not begun[1].startswith(("case passing", "run")):
                open_tests[begun[1]] = None
            elif ended := ENDED.match(line):
                open_tests.pop(ended[1], None)
    for test in open_tests:
        print(f"began and did not end: {test}")
    return 0 if open_tests else 1


if __name__ == "__main__":
    sys.exit(main())
