"""Prints each status of a stack, the moment it has it: `cdk` looks every few seconds only."""
import sys
import time

import boto3

cloudformation = boto3.client("cloudformation")
last = None
while True:
    try:
        [stack] = cloudformation.describe_stacks(StackName=sys.argv[1])["Stacks"]
        status = stack["StackStatus"]
    except cloudformation.exceptions.ClientError:
        status = "ABSENT"
    if status != last:
        print(status, flush=True)
    last = status
    time.sleep(0.1)
