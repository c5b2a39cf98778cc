import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, readIfThere } from './ownership.ts'

/** postmaster.pid of a cluster: line 1 is the process, line 8 its state. */
export async function readPostmaster(
  cluster: string,
): Promise<{ readonly pid: number; readonly ready: boolean } | undefined> {
  const text = await readIfThere(join(cluster, 'postmaster.pid'))
  if (text === undefined) return undefined
  const lines = text.split('\n')
  return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * Ends what a killed process of ours left behind: a PostgreSQL that still runs on this cluster is
 * stopped cleanly; the note of one that is gone is removed, as its number may belong to anybody now.
 */
export async function clearLeftovers(cluster: string): Promise<void> {
  const left = await readPostmaster(cluster)
  if (left === undefined) return
  if (isPostmasterOf(left.pid, cluster)) await stopPostmaster(left.pid)
  await rm(join(cluster, 'postmaster.pid'), { force: true })
}

/** SIGINT is PostgreSQL's fast shutdown; the harder signals only follow when it does not end. */
export const stopSteps = [
  { signal: 'SIGINT', waitMs: 4000 },
  { signal: 'SIGQUIT', waitMs: 2000 },
  { signal: 'SIGKILL', waitMs: 2000 },
] as const

export async function stopPostmaster(
  pid: number,
  steps: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[] = stopSteps,
): Promise<void> {
  for (const { signal, waitMs } of steps) {
    signalIfThere(pid, signal)
    if (await isGone(pid, waitMs)) return
  }
  throw new Error(`PostgreSQL (process ${pid}) does not end`)
}

/**
 * Stops PostgreSQL when this process dies without doing so: the shell waits for the end of a pipe
 * that only we hold. Where there is no shell, as on Windows, the next start clears up.
 */
export function watchOverPostmaster(pid: number, shell = '/bin/sh'): ChildProcess {
  const watch = spawn(shell, ['-c', 'read -r _; kill -INT "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // Ctrl-C reaches the whole terminal group; the stop is ours to order
    cwd: '/',
  })
  watch.on('error', () => undefined) // there is no shell
  watch.unref()
  return watch
}

export function isPostmasterOf(pid: number, cluster: string, platform = process.platform): boolean {
  try {
    if (platform === 'linux') {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return command.includes('postgres') && readlinkSync(`/proc/${pid}/cwd`) === cluster
    }
    if (platform === 'win32') {
      const filter = ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'] // tells no more than the name
      return execFileSync('tasklist', filter, { encoding: 'utf8' }).includes('postgres')
    }
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('postgres') && command.includes(cluster)
  } catch {
    return false
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended by itself
  }
}

async function isGone(pid: number, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false
    await pause(5)
  }
  return true
}
