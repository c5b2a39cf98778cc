import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** The newer Node of the project, which runs TypeScript as it is. */
export const nodeProgram = join(root, 'node_modules', '.bin', 'node')

export function repositoryFile(...path: string[]): string {
  return join(root, ...path)
}

export interface NetworkChild {
  readonly child: ChildProcess
  readonly url: string
  readonly output: string
  kill(signal?: NodeJS.Signals): Promise<number | null>
}

export async function spawnNetwork(...argv: string[]): Promise<NetworkChild> {
  const program = repositoryFile('test', 'sandbox', 'network', 'network-process.ts')
  const child = spawn(nodeProgram, [program, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8')
  for await (const piece of child.stdout as AsyncIterable<string>) {
    output += piece
    const url = /^ready (\S+)$/m.exec(output)?.[1]
    if (url === undefined) continue
    return { child, url, output, kill: (signal = 'SIGKILL') => kill(child, signal) }
  }
  throw new Error(`the network ended before it was ready:\n${output}`)
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return child.exitCode
}

/** Runs a script to its end and answers with what it printed. */
export async function runNode(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(nodeProgram, argv, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (piece: string) => {
      output += piece
    })
  }
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}
