import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { childrenOf, cpuMsOf } from './machine.ts'
import { until } from '../until.ts'

it('counts the CPU of a child that has ended, as a connection of PostgreSQL does', async () => {
  const work = 'while (process.cpuUsage().user < 300_000);'
  const parent = spawn('sh', ['-c', `"$0" -e "$1"; read over`, process.execPath, work], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const pid = parent.pid ?? 0
  try {
    await until(() => childrenOf(pid).length === 1, 'the child to begin')
    await until(() => childrenOf(pid).length === 0, 'the child to end')
    expect(cpuMsOf(pid)).toBeGreaterThanOrEqual(300)
  } finally {
    parent.stdin.end()
    await once(parent, 'close')
  }
})
