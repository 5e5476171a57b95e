"""Be the jailed reader: ``python -I -m cadastre.exchange.worker JOB.json`` in the job's folder.

The order comes as one JSON argument; the answer goes to standard output, as JSON for perimeters
and as an Arrow stream for layers. A refusal is a coded error in the answer, never a trace.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from cadastre.errors import CadastreError, TooLarge, UnusableInput
from cadastre.exchange.worker import jail

TASKS = {
    "act": "cadastre.exchange.worker.act",
    "vector": "cadastre.exchange.worker.vector",
    "drawing": "cadastre.exchange.worker.drawing",
    "sheet": "cadastre.exchange.worker.sheet",
    "layer": "cadastre.exchange.worker.layer",
    "layers": "cadastre.exchange.worker.layer",
    "raster": "cadastre.exchange.worker.raster",
    "raster-reader": "cadastre.exchange.worker.raster_reader",
}


def main() -> None:
    """Prepare, shut the jail, do the task, answer."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    folder = Path.cwd()
    jail.limit(
        memory_bytes=order["memory_bytes"], cpu_seconds=order["cpu_seconds"],
        file_bytes=order["file_bytes"],
    )
    held = ["no-network"] if jail.leave_network() else []
    task = importlib.import_module(TASKS[order["task"]])
    task.prepare(order)
    readable = [*_libraries(), *map(Path, order.get("readable", ()))]
    runnable = tuple(map(Path, order.get("runnable", ())))
    held += jail.shut(
        folder, readable, runnable=runnable, change_user=order.get("change_user", True)
    )
    order["held"] = held
    failed = True
    try:
        task.run(order, folder, sys.stdout.buffer)
        failed = False
    except CadastreError as fault:
        _answer_fault(fault)
    except MemoryError:
        _answer_fault(TooLarge("exchange.too-much-memory"))
    except Exception as fault:
        print(repr(fault)[:1000], file=sys.stderr)
        _answer_fault(UnusableInput("exchange.unreadable", format=order.get("label", "")))
    sys.stdout.flush()
    # Native libraries of a hostile file are not given the chance to crash while closing down.
    # A coded refusal is an answer; a stream that broke off is not, and only the exit code tells.
    os._exit(1 if failed and order["task"] == "layer" else 0)


def _answer_fault(fault: CadastreError) -> None:
    answer = {
        "fault": {
            "code": fault.code, "where": fault.where, "values": fault.values,
            "too_large": isinstance(fault, TooLarge),
        }
    }
    sys.stdout.buffer.write(json.dumps(answer).encode())


def _libraries() -> list[Path]:
    """List where code and its tables stand: the standard library and the installed packages."""
    return [Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")]


if __name__ == "__main__":
    main()
