import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openOnFreePorts } from '../../src/cli/sandbox/sandbox.ts'
import { readSandboxSettings } from '../../src/cli/sandbox/settings.ts'
import type { SandboxSettings } from '../../src/cli/sandbox/settings.ts'
import type { Environment } from '../../src/config/env.ts'

const taken = (port: number) => Object.assign(new Error('taken'), { code: 'EADDRINUSE', port })

describe('ports of a sandbox', () => {
  const environment = { publicPort: '0', bankPort: '8090' }

  /** The ports that were tried, each found taken while there is such a refusal. */
  async function triedUnder(refusals: readonly Error[], told: Environment = environment) {
    const tried: SandboxSettings[] = []
    const opening = openOnFreePorts(told, (settings) => {
      tried.push(settings)
      const refusal = refusals[tried.length - 1]
      return refusal === undefined ? Promise.resolve('open') : Promise.reject(refusal)
    })
    const outcome = await opening.catch((error: unknown) => error)
    expect(new Set(tried).size).toBe(tried.length) // each looks for free ports anew
    return { tries: tried.length, outcome }
  }

  it('are chosen anew where one we chose was taken meanwhile, three times at most', async () => {
    const refusal = taken(41_234)
    const open = { outcome: 'open' }
    expect(await triedUnder([])).toMatchObject({ ...open, tries: 1 })
    expect(await triedUnder([refusal, refusal])).toMatchObject({ ...open, tries: 3 })
    expect(await triedUnder([refusal, refusal, refusal])).toMatchObject({
      tries: 3,
      outcome: refusal,
    })
  })

  it.each<[string, Error, Environment]>([
    ['one that was told', taken(8090), environment],
    ['one that is not ours, where all were told', taken(41_234), { publicPort: '8080' }],
    ['no port at all', new Error('something else'), environment],
  ])('are not chosen anew for %s', async (_, refusal, told) => {
    expect(await triedUnder([refusal], told)).toMatchObject({ tries: 1, outcome: refusal })
  })

  it('are those of the documentation where nothing is told, and one that is none is refused', async () => {
    expect(await readSandboxSettings({})).toEqual({
      dataDir: resolve('.fairlead'),
      ports: {
        public: 8080,
        https: 8443,
        internal: 8085,
        network: 8000,
        networkHttps: 8001,
        bank: 8090,
      },
    })
    await expect(readSandboxSettings({ bankPort: 'x' })).rejects.toMatchObject({
      faults: [expect.stringMatching(/^FAIRLEAD_BANK_PORT/)],
    })
  })

  it('are all different where 0 is asked for, and as told where not', async () => {
    const zero = { publicPort: '0', httpsPort: '0', internalPort: '0', sandboxPort: '0' }
    const { ports } = await readSandboxSettings({
      ...zero,
      sandboxHttpsPort: '0',
      bankPort: '8090',
    })
    expect(ports.bank).toBe(8090)
    expect(new Set(Object.values(ports)).size).toBe(6)
  })

  it('are told each by a setting of its own', async () => {
    const told = {
      publicPort: '1',
      httpsPort: '2',
      internalPort: '3',
      sandboxPort: '4',
      sandboxHttpsPort: '5',
      bankPort: '6',
    }
    const ports = { public: 1, https: 2, internal: 3, network: 4, networkHttps: 5, bank: 6 }
    const dataDir = '/tmp/of-a-sandbox'
    expect(await readSandboxSettings({ ...told, dataDir })).toEqual({ dataDir, ports })
    const near = await readSandboxSettings({ ...told, dataDir: 'of-a-sandbox' })
    expect(near.dataDir).toBe(resolve('of-a-sandbox')) // wherever its files are read
    const freed = await readSandboxSettings({ ...told, httpsPort: '0', sandboxHttpsPort: '0' })
    const { https, networkHttps } = freed.ports
    expect(freed.ports).toEqual({ ...ports, https, networkHttps })
    for (const port of [https, networkHttps]) expect(port).toBeGreaterThan(1023)
    const none = Object.fromEntries(Object.keys(told).map((name) => [name, 'x']))
    const names = ['PUBLIC', 'HTTPS', 'INTERNAL', 'SANDBOX', 'SANDBOX_HTTPS', 'BANK']
    await expect(readSandboxSettings(none)).rejects.toMatchObject({
      faults: names.map((name) => `FAIRLEAD_${name}_PORT is no port number: x`),
    })
  })

  it.each(['public', 'https', 'internal', 'sandbox', 'sandboxHttps', 'bank'])(
    'are chosen anew where the one that we chose was that of %s',
    async (door) => {
      const told = { [`${door}Port`]: '0' }
      expect(await triedUnder([taken(41_234)], told)).toMatchObject({ tries: 2, outcome: 'open' })
    },
  )
})
