import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesOf } from '../repository.ts'
import { until } from '../until.ts'

export const repository = fileURLToPath(new URL('../../', import.meta.url))

/** The project's own Node, as `npm run` has it. */
export const node = join(repository, 'node_modules', '.bin', 'node')

/** `fairlead` as it is installed: built, and run by Node. */
export const fairlead = join(repository, 'dist', 'src', 'cli.js')

const folders = ['src', 'jobs', 'migrations', 'schema'] as const
const startLimitMs = 60_000

/** A process of this test; it is ended by its own id and no other is touched. */
export interface Running {
  readonly name: string
  readonly pid: number
  /** What it said so far, on both streams. */
  readonly said: () => string
  /** What of it went to its standard error. */
  readonly complained: () => string
  /** Resolves when a line of its output begins with `ready `. */
  readonly untilReady: () => Promise<void>
  /** Sends the signal and waits for the end; answers the exit code, or the signal that ended it. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals>
  /** Waits for an end of its own. */
  readonly ended: () => Promise<number | NodeJS.Signals>
}

/** Starts the project's Node with these arguments. */
export function run(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(node, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutSettings(), ...env },
  })
  let said = ''
  let complained = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (stream === child.stderr) complained += text
    })
  }
  const ending = once(child, 'close').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals, // one of the two is there
  )
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  return {
    name,
    pid: child.pid ?? 0,
    said: () => said,
    complained: () => complained,
    untilReady: () =>
      until(
        () => {
          if (hasEnded()) throw new Error(`${name} ended before it was ready:\n${said}`)
          return /^ready /m.test(said)
        },
        `${name} to be ready`,
        startLimitMs,
      ),
    async end(signal) {
      if (!hasEnded()) child.kill(signal)
      return ending
    },
    ended: () => ending,
  }
}

/** Builds what is not built yet. Types are checked elsewhere: code with a fault in them runs all the same. */
export async function build(): Promise<void> {
  const lock = join(repository, 'node_modules', '.fairlead-build')
  await until(() => isHeld(lock), 'the build of another test file', startLimitMs)
  try {
    if (isBuilt()) return
    const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
    const built = run('tsc', [compiler, '-p', join(repository, 'tsconfig.build.json')])
    const code = await built.ended()
    if (code !== 0 && code !== 2) throw new Error(`The build failed:\n${built.said()}`)
  } finally {
    rmSync(lock, { recursive: true })
  }
}

function isHeld(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    if (Date.now() - changedAt(lock) > startLimitMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function isBuilt(): boolean {
  const builtAt = changedAt(join(repository, 'dist', '.tsbuildinfo'))
  return filesOf(...folders).every((path) => changedAt(join(repository, path)) < builtAt)
}

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** The environment of the tests without settings that somebody has for a sandbox of their own. */
const withoutSettings = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(FAIRLEAD_|DATABASE_URL$|REDIS_URL$|VITEST|NODE_)/.test(name),
    ),
  )
