"""Prints, as a filter for `swift test`, the tests of an xUnit file that failed; exit status 1 when there are none or too many.

The file is what `swift test --xunit-output` writes for Swift Testing. A test whose suite is named in the further
arguments counts as too many: what such a suite finds is never put down to the machine.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

MOST = 4


def main() -> int:
    path, never = sys.argv[1], set(sys.argv[2:])
    try:
        cases = ElementTree.parse(path).getroot().iter("testcase")
    except (OSError, ElementTree.ParseError):
        return 1
    failed = sorted({(case.get("classname", ""), case.get("name", "")) for case in cases if case.find("failure") is not None})
    if not failed or len(failed) > MOST or any(suite.split(".")[-1] in never for suite, _ in failed):
        return 1
    print("|".join(re.escape(f"{suite}/{name.split('(')[0]}") + r"\(" for suite, name in failed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
