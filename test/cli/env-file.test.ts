import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { readEnvFile, writeEnvFile } from '../../src/cli/env-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-env-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function readBack(text: string) {
  const file = join(folder, 'env')
  await writeFile(file, text)
  return readEnvFile(file)
}

describe('a file of settings', () => {
  it('reads back as what was written, whatever signs the values are of', async () => {
    const signs = fc.constantFrom(...Array.from('aZ09 =#$\\n\'"`\n\t{}:/@%é'))
    const value = fc.string({ unit: signs }).filter((text) => !/'[^]*`|`[^]*'/.test(text))
    await fc.assert(
      fc.asyncProperty(value, value, async (one, other) => {
        const read = await readBack(writeEnvFile({ FAIRLEAD_ONE: one, FAIRLEAD_OTHER: other }))
        expect([read['FAIRLEAD_ONE'], read['FAIRLEAD_OTHER']]).toEqual([one, other])
      }),
    )
  })

  it('takes the double quote where a value has both others, and refuses one that has all', async () => {
    const read = await readBack(writeEnvFile({ FAIRLEAD_ONE: "it's a `tick`" }))
    expect(read['FAIRLEAD_ONE']).toBe("it's a `tick`")
    expect(() => writeEnvFile({ FAIRLEAD_ONE: `'"\`` })).toThrow(
      /^FAIRLEAD_ONE cannot be written into a file of settings$/,
    )
  })

  it('leaves out what is undefined', () => {
    const some = { FAIRLEAD_ONE: '1', FAIRLEAD_TWO: undefined, FAIRLEAD_OTHER: '' }
    expect(writeEnvFile(some)).toBe("FAIRLEAD_ONE='1'\nFAIRLEAD_OTHER=''\n")
  })

  it('gives way to the environment', async () => {
    expect((await readBack("PATH='nowhere'\n"))['PATH']).toBe(process.env['PATH'])
  })

  it('gives way to no setting that is empty: that counts as absent', async () => {
    vi.stubEnv('FAIRLEAD_ONE', '')
    vi.stubEnv('FAIRLEAD_OTHER', ' ')
    onTestFinished(() => void vi.unstubAllEnvs())
    const read = await readBack("FAIRLEAD_ONE='1'\nFAIRLEAD_OTHER='2'\n")
    expect([read['FAIRLEAD_ONE'], read['FAIRLEAD_OTHER']]).toEqual(['1', ' '])
  })

  it.each(["it's C:\\new", "it's \\t", 'C:\\new'])('keeps every stroke of %s', async (value) => {
    expect((await readBack(writeEnvFile({ FAIRLEAD_ONE: value })))['FAIRLEAD_ONE']).toBe(value)
  })

  it('is looked for wherever one is named, be the name empty', async () => {
    for (const name of ['', join(folder, 'none')]) {
      await expect(readEnvFile(name)).rejects.toThrow('ENOENT')
    }
    expect(await readEnvFile(undefined)).toEqual(process.env)
  })
})
