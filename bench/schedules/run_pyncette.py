"""
Runs Pyncette itself on an engine for DynamoDB, behind a gateway that counts, and prints what it consumes as JSON: for each execution
mode the write units of one execution, and the read units of one poll of a partition in which nothing is due.
"""
import asyncio
import datetime
import json
import os
import sys
import urllib.request

from pyncette import ExecutionMode, Pyncette
from pyncette.dynamodb import dynamodb_repository

PARTITIONS = 32
INSTANCES = 40
# Far beyond any run: what was executed once is not due again.
INTERVAL = datetime.timedelta(hours=1)
IDLE_POLLS = 2 * PARTITIONS
LONGEST_SECONDS = 120


def units(gateway):
    """What each operation has consumed so far."""
    with urllib.request.urlopen(f"{gateway}/units") as answer:
        return json.load(answer)


def difference(after, before, operation, what):
    return after.get(operation, {}).get(what, 0) - before.get(operation, {}).get(what, 0)


async def until(condition):
    async def wait():
        while not condition():
            await asyncio.sleep(0.1)

    await asyncio.wait_for(wait(), LONGEST_SECONDS)


async def measure(gateway, mode):
    executed = []
    app = Pyncette(
        repository_factory=dynamodb_repository,
        dynamodb_endpoint=gateway,
        dynamodb_region_name="us-east-1",
        dynamodb_table_name=f"pyncette-{mode.name}",
    )

    @app.partitioned_task(partition_count=PARTITIONS, execution_mode=mode, interval=INTERVAL)
    async def sync(context):
        executed.append(context.args["customer"])

    async with app.create() as context:
        for n in range(INSTANCES):
            await register_due(context, sync, f"customer-{n}")
        registered = units(gateway)
        running = asyncio.create_task(context.run())
        await until(lambda: len(executed) >= INSTANCES)
        # A commit is under way when its execution ends.
        updates = INSTANCES * (2 if mode == ExecutionMode.AT_LEAST_ONCE else 1)
        await until(lambda: difference(units(gateway), registered, "UpdateItem", "calls") >= updates)
        done = units(gateway)
        await until(lambda: difference(units(gateway), done, "Query", "calls") >= IDLE_POLLS)
        idle = units(gateway)
        context.shutdown()
        await running
    if len(executed) != INSTANCES:
        sys.exit(f"{len(executed)} executions of {INSTANCES} instances")
    return {
        "mode": mode.name,
        "writes": difference(done, registered, "UpdateItem", "writes") / INSTANCES,
        "idleReads": difference(idle, done, "Query", "reads") / difference(idle, done, "Query", "calls"),
    }


async def register_due(context, task, name):
    """Pyncette counts an interval from the call, so the call is an interval ago."""
    instance = task.instantiate(name, customer=name)
    due = datetime.datetime.now(tz=datetime.timezone.utc) - INTERVAL
    await context._repository.register_task(due, instance)


async def main(gateway):
    print(json.dumps([await measure(gateway, mode) for mode in ExecutionMode]))


os.environ.update(AWS_ACCESS_KEY_ID="bench", AWS_SECRET_ACCESS_KEY="bench")
asyncio.run(main(sys.argv[1]))
