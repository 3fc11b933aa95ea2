"""Starts MiniStack in the foreground, closer to AWS in what differences.md says, and tells what IAM refuses."""
import os
import signal
import sys
import threading
import time

from ministack import app
from ministack.core import iam_actions, lambda_runtime

# A port that the test has not chosen belongs to others.
app._port_is_bindable = lambda host, port: False

_kill_workers = lambda_runtime.kill_workers
_invalidate_worker = lambda_runtime.invalidate_worker
_updates = threading.local()


def _let_finish(worker):
    """Lambda lets an invocation end whose function is being updated; its own timeout still holds."""
    deadline = time.monotonic() + int(worker.config.get("Timeout", 30)) + 5
    while worker.in_use and time.monotonic() < deadline:
        time.sleep(0.1)
    _kill_workers([worker])


def kill_workers(workers):
    workers = [worker for worker in workers if worker is not None]
    busy = [worker for worker in workers if worker.in_use] if getattr(_updates, "active", False) else []
    for worker in busy:
        threading.Thread(target=_let_finish, args=(worker,), daemon=True).start()
    _kill_workers([worker for worker in workers if worker not in busy])


def invalidate_worker(*arguments, **options):
    _updates.active = True
    try:
        _invalidate_worker(*arguments, **options)
    finally:
        _updates.active = False


lambda_runtime.kill_workers = kill_workers
lambda_runtime.invalidate_worker = invalidate_worker

_extract_iam_action = iam_actions.extract_iam_action


def extract_iam_action(*arguments, **options):
    """AWS has no action for a batch: whoever may send may send many."""
    action = _extract_iam_action(*arguments, **options)
    return "sqs:SendMessage" if action == "sqs:SendMessageBatch" else action


iam_actions.extract_iam_action = extract_iam_action

_access_denied_response = iam_actions.access_denied_response


def access_denied_response(service, action, principal_arn, *arguments, **options):
    resource = options.get("resource_arn", "*")
    print(f"REFUSED BY IAM: {action} on {resource} for {principal_arn}", file=sys.stderr, flush=True)
    return _access_denied_response(service, action, principal_arn, *arguments, **options)


iam_actions.access_denied_response = access_denied_response


def _end_with(parent):
    """A test that was killed cannot stop what it has started."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
app.main()
