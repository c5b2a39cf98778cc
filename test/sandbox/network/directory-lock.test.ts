import { mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDirectory } from '../../../src/sandbox/network/network/directory-lock.ts'

let parent: string

beforeEach(async () => {
  parent = await realpath(await mkdtemp(join(tmpdir(), 'fairlead-test-')))
})

afterEach(() => rm(parent, { recursive: true }))

test('each directory is locked for itself, by whatever name, until it is let go', async () => {
  const [first, second, alias] = ['not/there/one', 'not/there/two', 'alias'].map((name) =>
    join(parent, name),
  ) as [string, string, string]
  const letGo = await lockDirectory(first)
  expect((await stat(first)).mode & 0o777).toBe(0o700)
  const letGoToo = await lockDirectory(second)
  await symlink(first, alias)
  for (const path of [first, alias]) {
    await expect(lockDirectory(path)).rejects.toThrow(
      new Error(`another network is running in ${path}`),
    )
  }
  await letGo()
  const again = await lockDirectory(alias)
  await expect(lockDirectory(second)).rejects.toThrow(
    new Error(`another network is running in ${second}`),
  )
  await again()
  await letGoToo()
})
