"""One contender in a process of its own: reads requests as JSON lines, answers each with one sample.

    python worker.py <contender>

The driver (`go run ./ci bench`) starts one such process per contender and asks them in turn, so that what
the machine does meanwhile meets all of them alike. A request names a scenario and its parameters; with
"verify" the contender compares every byte it gets with what must be there, which is not measured.
"""

from __future__ import annotations

import importlib
import json
import sys
import traceback


def main() -> None:
    contender = importlib.import_module(f"contenders.{sys.argv[1]}")
    # What the library itself prints must not be taken for an answer.
    answers = sys.stdout
    sys.stdout = sys.stderr
    print(json.dumps({"about": contender.about()}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            run = getattr(contender, request["scenario"].replace("-", "_"))
            sample = run(request["parameters"], request["verify"])
            answer = {"seconds": sample.seconds, "operations": sample.operations, "wrong": sample.wrong}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
