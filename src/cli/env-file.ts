import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'

type Variables = Readonly<Record<string, string | undefined>>

/** The environment, with the settings of a file where the environment has none; an empty one is none. */
export async function readEnvFile(file: string | undefined): Promise<Variables> {
  if (file === undefined) return process.env
  const told = Object.entries(process.env).filter(([, value]) => value !== '')
  return { ...parseEnv(await readFile(file, 'utf8')), ...Object.fromEntries(told) }
}

/**
 * The text of a file that reads back as these variables; what is undefined is left out. The format has
 * no escapes, so a value stands in a quote that it does not contain itself.
 * @throws Error for a value that contains every quote.
 */
export function writeEnvFile(variables: Variables): string {
  return Object.entries(variables)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(name, value)}\n`]))
    .join('')
}

function quoted(name: string, value: string): string {
  const quote = [`'`, '`', '"'].find((one) => !value.includes(one))
  if (quote === undefined) throw new Error(`${name} cannot be written into a file of settings`)
  return `${quote}${value}${quote}`
}
