/** What a task may be called: DynamoDB stores no half characters, and names stand in logs and letters. */
export const MAX_TASK_LENGTH = 128

export const TASK_NAME_RULE = `must be 1 to ${MAX_TASK_LENGTH} characters of well-formed Unicode`

export const isTaskName = (name: string): boolean =>
  name.length > 0 && name.length <= MAX_TASK_LENGTH && name.isWellFormed()
