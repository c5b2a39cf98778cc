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
