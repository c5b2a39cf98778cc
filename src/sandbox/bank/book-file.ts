import { mkdir, open, readFile, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileHandle } from 'node:fs/promises'

/** Keeps lines for ever: what `append` resolved for survives `kill -9`. */
export interface BookFile {
  /** Resolves when the line is on the disk. Lines are kept in the order of the calls. */
  append(line: string): Promise<void>
  /** Resolves when all that was appended so far is on the disk. */
  flushed(): Promise<void>
  /** Forgets every line. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** Opens the file and gives the lines it has. A torn last line was never answered for, and is dropped. */
export async function openBookFile(path: string): Promise<{ file: BookFile; lines: string[] }> {
  await mkdir(dirname(path), { recursive: true })
  const lines = await keptLines(path)
  const handle = await open(path, 'a', 0o600)
  return { file: appendingTo(handle), lines }
}

async function keptLines(path: string): Promise<string[]> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const end = bytes.lastIndexOf(0x0a) + 1
  if (end < bytes.length) await truncate(path, end)
  return bytes
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
}

/** Lines that come while one sync is under way share the next one, but none across a `clear`. */
function appendingTo(handle: FileHandle): BookFile {
  let waiting: string[] = []
  let tail: Promise<void> = Promise.resolve()

  const write = async (share: string[]): Promise<void> => {
    const lines = share.splice(0)
    if (lines.length === 0) return
    await handle.appendFile(lines.map((line) => `${line}\n`).join(''))
    await handle.datasync()
  }
  const then = (step: () => Promise<void>): Promise<void> => {
    tail = tail.then(step)
    tail.catch(() => undefined) // the caller has the same rejection; a broken book stays broken
    return tail
  }

  return {
    append: (line) => {
      const share = waiting
      share.push(line)
      return then(() => write(share))
    },
    flushed: () => tail,
    clear: () => {
      waiting = []
      return then(async () => {
        await handle.truncate(0)
        await handle.datasync()
      })
    },
    close: async () => {
      await tail.catch(() => undefined)
      await handle.close()
    },
  }
}

/** A book that lives as long as the process. */
export const bookInMemory = (): BookFile => ({
  append: async () => undefined,
  flushed: async () => undefined,
  clear: async () => undefined,
  close: async () => undefined,
})
