/** README's commands for the AWS CLI, as the shell hands them to it. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { readmeShell } from './readme.ts'

/** In place of the AWS CLI: prints the arguments of each call as a line of JSON. */
const AWS = `aws() { '${process.execPath}' -e 'console.log(JSON.stringify(process.argv.slice(1)))' -- "$@"; }`

export interface AwsCall {
  readonly operation: string
  /** The options under the names that the SDK has for them: `--table-name` is `TableName`. */
  readonly input: Record<string, unknown>
}

/**
 * The calls of the first block with such a command.
 * @param command such as `dynamodb put-item`
 * @param variables what the block takes from the environment
 */
export async function readmeCalls(
  command: string,
  variables: Readonly<Record<string, string>>,
): Promise<AwsCall[]> {
  const block = readmeShell().find((commands) => commands.includes(`aws ${command} `))
  if (block === undefined) throw new Error(`README has no aws ${command}`)
  const { stdout } = await promisify(execFile)('bash', ['-euc', `${AWS}\n${block}`], { env: variables })
  return stdout
    .trim()
    .split('\n')
    .map((line) => callOf(JSON.parse(line) as string[]))
}

const callOf = ([, operation = '', ...options]: readonly string[]): AwsCall => ({
  operation,
  input: Object.fromEntries(
    options.flatMap((option, index) =>
      option.startsWith('--') ? [[sdkName(option), jsonOrText(options[index + 1] ?? '')]] : [],
    ),
  ),
})
const sdkName = (option: string): string =>
  option.slice(1).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
const jsonOrText = (text: string): unknown => (/^[[{]/.test(text) ? JSON.parse(text) : text)
