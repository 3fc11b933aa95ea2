/** Who may do what with schedules. */
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import { allow, allowKeysFrom, tell } from './allow.ts'
import type { Functions } from './functions.ts'
import { DUE_INDEX, type Tables } from './tables.ts'

/** Gives each function the name of the table, and the rights that it needs there and for the jobs of schedules. */
export function connectSchedules({ dispatcher, worker, tick }: Functions, tables: Tables): void {
  const { tableArn, tableName } = tables.schedules
  for (const user of [dispatcher, worker, tick]) tell(user, { SLUICE_SCHEDULES_TABLE: tableName })
  for (const seeker of [dispatcher, tick])
    allow(seeker, `${tableArn}/index/${DUE_INDEX}`, 'dynamodb', ['Query'])

  // It fires them, sets aside what makes no sense, makes some of what was put by hand, and removes what was to go.
  allow(dispatcher, tableArn, 'dynamodb', ['GetItem', 'BatchGetItem', 'PutItem', 'DeleteItem'])
  // Where jobs must not overlap: the lock of the last one, and whether that is still there.
  allow(dispatcher, tables.jobs.tableArn, 'dynamodb', ['ConditionCheckItem'])
  allowKeysFrom(dispatcher, tables.history.tableArn, ['$unique|*'], ['Query'])

  // A schedule of one time is gone when its job has succeeded.
  allow(worker, tableArn, 'dynamodb', ['GetItem', 'DeleteItem'])
  // Scan: those that the configuration declares, and those that a sweep looks at.
  allow(tick, tableArn, 'dynamodb', ['Scan', 'GetItem', 'PutItem', 'DeleteItem'])
  // A declared one that is changed or removed: its jobs that were put ahead are taken back, and counted off.
  allow(tick, tables.jobs.tableArn, 'dynamodb', ['GetItem', 'DeleteItem'])
  allowKeysFrom(tick, tables.history.tableArn, ['$size|*'], ['UpdateItem'])
}

/** What `schedule` and the other verbs of schedules need in their table. */
export const grantSchedules = (grantee: IGrantable, { schedules }: Tables): Grant =>
  allow(grantee, schedules.tableArn, 'dynamodb', ['GetItem', 'PutItem', 'DeleteItem', 'Scan'])
