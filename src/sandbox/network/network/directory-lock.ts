import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'

/**
 * One network per data directory: two would write into each other's journal. The lock is a socket
 * name that the operating system takes back when the process ends, however it ends. Systems without
 * such names go without the lock.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (process.platform !== 'linux') return () => Promise.resolve()
  const place = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32)
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`another network is running in ${directory}`, { cause })),
    )
    server.listen(`\0fairlead-network-${place}`, resolve)
  })
  return () => new Promise((resolve) => server.close(() => resolve()))
}
