import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isPortWeChose } from '../../src/cli/sandbox/sandbox.ts'
import { readSandboxSettings } from '../../src/cli/sandbox/settings.ts'

const taken = (port: number) => Object.assign(new Error('taken'), { code: 'EADDRINUSE', port })

describe('ports of a sandbox', () => {
  it('are chosen again only when the one that was taken was ours to choose', () => {
    const environment = { publicPort: '0', bankPort: '8090' }
    expect(isPortWeChose(taken(41_234), environment)).toBe(true)
    expect(isPortWeChose(taken(8090), environment)).toBe(false)
    expect(isPortWeChose(taken(41_234), { publicPort: '8080' })).toBe(false)
    expect(isPortWeChose(new Error('something else'), environment)).toBe(false)
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
})
