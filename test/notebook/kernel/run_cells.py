"""Runs cells in a Jupyter kernel, and tells what a notebook would show below each.

Reads a JSON object from standard input: `kernel`, the name of the kernelspec; `cwd`; `cells`, each
with its `code`, and perhaps `stopAt`, a text at whose appearance the kernel is interrupted, as a
notebook's Stop button does. Writes a list of the cells' outputs; it is shorter if the kernel died.
"""

import json
import queue
import sys

from jupyter_client.manager import KernelManager

SECONDS = 5  # between two looks whether the kernel lives
LOOKS = 60
SHOWN = {"execute_result", "display_data", "error"}


class KernelDied(Exception):
    pass


def next_message(kernel, client):
    for _ in range(LOOKS):
        try:
            return client.get_iopub_msg(timeout=SECONDS)
        except queue.Empty:
            if not kernel.is_alive():
                raise KernelDied
    sys.exit(f"the kernel said nothing for {SECONDS * LOOKS} s")


def run(kernel, client, number, cell):
    """The outputs of a cell, in the form of a notebook's file."""
    outputs = []
    stop_at = cell.get("stopAt")
    asked = client.execute(cell["code"], stop_on_error=False)
    # What a cell prints may come after it is done, so something is printed after it.
    mark = f"<end of cell {number}>"
    marked = None
    seen = ""
    while True:
        message = next_message(kernel, client)
        kind, content = message["msg_type"], message["content"]
        mine = message["parent_header"].get("msg_id") == asked
        if kind == "stream":
            if content["name"] == "stdout" and content["text"] == f"{mark}\n":
                return outputs
            seen += content["text"]
            last = outputs[-1] if outputs else {}
            if last.get("output_type") == "stream" and last["name"] == content["name"]:
                last["text"] += content["text"]
            else:
                outputs.append({"output_type": "stream", "name": content["name"], "text": content["text"]})
        elif kind in SHOWN and mine:
            keys = ("ename", "evalue", "traceback") if kind == "error" else ("data", "metadata")
            outputs.append({"output_type": kind, **{key: content[key] for key in keys}})
            if kind == "execute_result":
                outputs[-1]["execution_count"] = number
        elif kind == "status" and mine and content["execution_state"] == "idle" and marked is None:
            marked = client.execute(f"console.log({json.dumps(mark)})", store_history=False)
        if stop_at is not None and stop_at in seen:
            stop_at = None
            kernel.interrupt_kernel()


def main():
    given = json.load(sys.stdin)
    kernel = KernelManager(kernel_name=given["kernel"])
    kernel.start_kernel(cwd=given["cwd"])
    client = kernel.client()
    client.start_channels()
    told = []
    try:
        client.wait_for_ready(timeout=SECONDS * LOOKS)
        for number, cell in enumerate(given["cells"], 1):
            told.append(run(kernel, client, number, cell))
    except KernelDied:
        pass
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
    json.dump(told, sys.stdout)


main()
