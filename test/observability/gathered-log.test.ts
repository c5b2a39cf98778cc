import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { node } from '../flows/running.ts'
import { until } from '../until.ts'

const child = fileURLToPath(new URL('logging.child.ts', import.meta.url))

/** A process that logs three lines, and what came of it on stderr so far. */
function logging(way: string) {
  const started = spawn(node, [child, way], { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  started.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const lines = () =>
    text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { readonly times: number }).times)
  return { started, lines, ended: once(started, 'close') }
}

describe('lines that share a write', () => {
  it.each(['by itself', 'by exit', 'by an error', 'by a rejection'])(
    'are all written when the process ends %s',
    async (way) => {
      const { lines, ended } = logging(way)
      await ended
      expect(lines()).toEqual([1, 2, 3])
    },
  )

  it('are written soon while the process goes on', async () => {
    const { started, lines, ended } = logging('by being killed')
    await until(() => lines().length === 3)
    started.kill('SIGKILL')
    await ended
    expect(lines()).toEqual([1, 2, 3])
  })
})
