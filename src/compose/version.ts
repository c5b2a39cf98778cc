import { readFileSync } from 'node:fs'

/** From package.json, which lies two folders up in a clone and three up when built. */
export function versionOfFairlead(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        readonly name?: string
        readonly version?: string
      }
      if (name === 'fairlead' && version !== undefined) return version
    } catch {
      continue // not here
    }
  }
  return 'unknown'
}
