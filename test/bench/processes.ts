import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fairlead, node } from '../flows/running.ts'

export interface BenchProcess {
  readonly pid: number
  /** From spawning to the line that says it is ready. */
  readonly startMs: number
  /** What it printed on the line that begins with `ready `. */
  readonly told: string
  stop(): Promise<void>
}

export interface ProcessPlan {
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Logs go to a file there: reading them would be work for the one who measures. */
  readonly directory: string
}

/** Starts a process and waits until it says `ready `. */
export async function startProcess(plan: ProcessPlan): Promise<BenchProcess> {
  const began = performance.now()
  const logFile = join(plan.directory, `${plan.name}.log`)
  const child = spawn(node, [...plan.args], {
    stdio: ['ignore', 'pipe', openSync(logFile, 'a')],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...plan.env },
  })
  const ended = once(child, 'close')
  const told = child.stdout === null ? undefined : await readyLine(child.stdout)
  if (told === undefined) {
    await ended
    throw new Error(
      `${plan.name} ended before it was ready:\n${readFileSync(logFile, 'utf8').slice(-1_500)}`,
    )
  }
  return {
    pid: child.pid ?? 0,
    startMs: performance.now() - began,
    told,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Reads on after that line, too, so that the process never writes against a full pipe. */
function readyLine(stream: NodeJS.ReadableStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text = (text + String(chunk)).slice(-2_000)
      const line = /^ready (.*)$/m.exec(text)?.[1]
      if (line !== undefined) resolve(line)
    })
    stream.on('end', () => resolve(undefined))
  })
}

export const roleArgs = (role: 'gateway' | 'worker'): readonly string[] => [
  fairlead,
  'start',
  '--role',
  role,
]
