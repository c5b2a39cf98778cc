import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { build, repository, run } from '../flows/running.ts'

beforeAll(build)

it('measures logins and lookups, and tells them as a table', async () => {
  const rows = 'login,find'
  const quick = ['--quick', '--ms', '100', '--rows', rows]
  const bench = run('bench', [join(repository, 'test', 'bench', 'run.ts'), ...quick])
  const code = await bench.ended()
  expect(code === 0 ? code : bench.said()).toBe(0)
  const report = bench.said().slice(bench.said().lastIndexOf('Machine:'))
  const lines = report.split('\n').filter((line) => line.startsWith('| '))
  expect(lines).toHaveLength(2 + 2) // head, rule, and one for each row
  expect(lines.slice(2).every((line) => /\b(met|missed) \|$/.test(line))).toBe(true)
}, 240_000)
