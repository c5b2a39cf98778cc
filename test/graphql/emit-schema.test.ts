import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { build, node, repository } from '../flows/running.ts'
import { textOf } from '../repository.ts'

let folder: string
beforeAll(async () => {
  await build()
  folder = mkdtempSync(join(tmpdir(), 'fairlead-schema-'))
}, 90_000)
afterAll(() => rmSync(folder, { recursive: true }))

const files = ['schema/partner.graphql', 'schema/backoffice.graphql']

/** Its exit code, and what it complained of. */
async function emit(...args: readonly string[]) {
  const program = join(repository, 'dist', 'src', 'graphql', 'emit-schema.js')
  const child = spawn(node, [program, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complained = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text))
  const [code] = (await once(child, 'close')) as [number]
  return { code, complaints: complained.trim().split('\n').filter(Boolean) }
}
const stale = (file: string) =>
  `${file} is not what the code says: run \`npm run schema\` and commit it`

it('the schemas are written where it runs, and only compared when that is asked', async () => {
  expect(await emit('--check')).toEqual({ code: 1, complaints: files.map(stale) })
  expect(await emit()).toEqual({ code: 0, complaints: [] })
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  expect(files.map(read)).toEqual(files.map(textOf))
  expect(await emit('--check')).toEqual({ code: 0, complaints: [] })
  const [, last = ''] = files
  appendFileSync(join(folder, last), '\n')
  expect(await emit('--check')).toEqual({ code: 1, complaints: [stale(last)] })
  expect(read(last)).toBe(`${textOf(last)}\n`)
})
