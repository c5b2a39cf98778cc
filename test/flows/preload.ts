import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from './running.ts'

/** Address of the sandbox's preload: leads hosts that are built into a client to a local port. */
export function preload(options: { readonly to: string; readonly hosts?: string }): string {
  const url = pathToFileURL(join(repository, 'dist', 'src', 'sandbox', 'network', 'preload.js'))
  for (const [name, value] of Object.entries(options)) url.searchParams.set(name, value)
  return url.href
}
