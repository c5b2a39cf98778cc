import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { environmentNames } from '../config/env.ts'

/** The content of `fairlead.yaml`, or a sentence that says why there is none. */
export type ConfigFileReading = { readonly content: unknown } | { readonly fault: string }

export async function readConfigFile(path: string | undefined): Promise<ConfigFileReading> {
  const name = environmentNames.configFile
  if (path === undefined) return { fault: `${name} is missing: the path of fairlead.yaml` }
  try {
    return { content: parse(await readFile(path, 'utf8')) as unknown }
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { fault: `${name}: ${path} cannot be read: ${reason}` }
  }
}
