import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

/** The environment, with the settings of `--env-file FILE` where the environment has none. */
export async function readEnvFile(
  args: readonly string[],
): Promise<Readonly<Record<string, string | undefined>>> {
  const at = args.indexOf('--env-file')
  const file = at === -1 ? undefined : args[at + 1]
  if (file === undefined) return process.env
  return { ...parseEnv(await readFile(file, 'utf8')), ...process.env }
}
