import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const made = new Set(['node_modules', 'dist', '.git', '.fairlead', 'coverage'])

/** Paths of the repository's own files under these folders or files, made ones aside. */
export function filesOf(...places: readonly string[]): readonly string[] {
  return places.flatMap((place) =>
    readdirSync(join(root, place), { withFileTypes: true }).flatMap((entry) => {
      if (made.has(entry.name)) return []
      const path = join(place, entry.name)
      return entry.isDirectory() ? filesOf(path) : [path]
    }),
  )
}

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Each line that `pattern` finds, as `path:line: text`; comments are looked at too. */
export function linesWith(pattern: RegExp, paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [],
      ),
  )
}
