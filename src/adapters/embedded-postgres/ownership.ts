import { execFileSync } from 'node:child_process'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The data directory is in use by another living process. */
export class DataDirectoryInUse extends Error {
  override readonly name = 'DataDirectoryInUse'
}

/**
 * Claims the directory for this process; the claim of a process that is gone (kill -9, power cut,
 * a container started anew) is taken over.
 * @returns the way to give it back.
 */
export async function claimDirectory(directory: string): Promise<() => Promise<void>> {
  const claim = join(directory, 'owner')
  const mine = `${process.pid} ${processIdentity(process.pid)}`
  const draft = `${claim}.${process.pid}`
  await writeFile(draft, mine, { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await linked(draft, claim)) return () => rm(claim, { force: true })
      await removeStaleClaim(claim, draft)
    }
  } finally {
    await rm(draft)
  }
  throw new DataDirectoryInUse(`${directory} is being started by other processes: try again`)
}

/** Takes the name `claim` for the draft, unless it is taken. */
export async function linked(draft: string, claim: string): Promise<boolean> {
  try {
    await link(draft, claim) // atomic, and never shows a half-written claim
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

async function removeStaleClaim(claim: string, draft: string): Promise<void> {
  const seen = await readIfThere(claim)
  if (seen === undefined) return
  const [pid = '', ...identity] = seen.split(' ')
  if (isAlive(Number(pid)) && processIdentity(Number(pid)) === identity.join(' ')) {
    throw new DataDirectoryInUse(
      `Another Fairlead (process ${pid}) uses the database in ${claim.replace(/owner$/, '')}: ` +
        'stop it first, or choose another FAIRLEAD_DATA_DIR',
    )
  }
  await removeSeen(claim, { seen, aside: `${draft}.stale` })
}

/** Another starter may have claimed between the reading and the renaming: it is given its claim back. */
export async function removeSeen(
  claim: string,
  { seen, aside }: { readonly seen: string; readonly aside: string },
): Promise<void> {
  await rename(claim, aside).catch(ignoreMissing)
  if ((await readIfThere(aside)) !== seen) await link(aside, claim).catch(() => undefined)
  await rm(aside, { force: true })
}

/** Tells a process from a later one with the same number; empty where the system does not say. */
export function processIdentity(pid: number, platform = process.platform): string {
  try {
    if (platform === 'linux') {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      return `${boot} ${startedAt(readFileSync(`/proc/${pid}/stat`, 'utf8'))}`
    }
    if (platform === 'win32') return ''
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return 'gone'
  }
}

/** Field 22 of /proc/<pid>/stat; the second is the name in brackets, which may hold spaces and brackets. */
export const startedAt = (stat: string): string =>
  stat.slice(stat.lastIndexOf(') ')).split(' ')[20] ?? ''

export function isAlive(pid: number): boolean {
  if (pid <= 0) return false // they stand for groups
  try {
    process.kill(pid, 0) // throws as well for what is no number of a process
    return true
  } catch (error) {
    return isErrno(error, 'EPERM')
  }
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

function ignoreMissing(error: unknown): void {
  if (!isErrno(error, 'ENOENT')) throw error
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
