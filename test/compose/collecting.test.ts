import { describe, expect, it } from 'vitest'
import { composeCollecting } from '../../src/compose/collecting.ts'
import { DatabaseUnavailable } from '../../src/usecases/ports/commit.ts'
import { NetworkUnavailable } from '../../src/usecases/ports/stellar-network.ts'

/** Watches two accounts of which nothing can be read; the lines that were logged, too. */
function watching(failure: Error) {
  const lines: unknown[] = []
  const foundation = {
    read: () => Promise.reject(failure),
    log: { warn: (...line: unknown[]) => void lines.push(line) },
  } as unknown as Parameters<typeof composeCollecting>[0] // it comes to nothing more of it
  const config = {
    network: { horizonUrl: 'http://127.0.0.1:9' },
    startCursors: new Map([
      ['GONE', 'now'],
      ['GTWO', '7'],
    ]),
  } as unknown as Parameters<typeof composeCollecting>[1]
  const match = () => Promise.reject(new Error('nothing is matched'))
  const { watchAccounts } = composeCollecting(foundation, config, match)
  return { lines, watchAccounts }
}

describe('a process that starts', () => {
  it('goes on without the network, and says which accounts are watched later', async () => {
    const { lines, watchAccounts } = watching(new NetworkUnavailable('Horizon is away'))
    await watchAccounts()
    const words = 'watched once the network is there'
    expect(lines).toEqual(
      ['GONE', 'GTWO'].map((account) => [{ account, error: 'Horizon is away' }, words]),
    )
  })

  it('does not start without the database, as no account would have its place', async () => {
    const { lines, watchAccounts } = watching(new DatabaseUnavailable('The database is away'))
    await expect(watchAccounts()).rejects.toThrow(DatabaseUnavailable)
    expect(lines).toEqual([])
  })
})
