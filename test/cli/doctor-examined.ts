import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Finding } from '../../src/cli/doctor/finding.ts'
import { until } from '../until.ts'

/** All that the doctor does not find good, each as `fault it says → what to do`. */
export const complaintsOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ verdict, says, doNext }) =>
    verdict === 'good' ? [] : [`${verdict} ${says} → ${doNext}`],
  )

/** What the doctor says of a part in which it finds all good. */
export const allGood = (part: string, says: readonly string[]) => ({
  part,
  findings: says.map((one) => ({ verdict: 'good', says: one })),
})

/** A Horizon that answers this, by path; 404 for anything else. */
export const horizonOf = (pages: Readonly<Record<string, object>>) => ({
  get: (path: string) => {
    const json = pages[path]
    return Promise.resolve(
      json === undefined ? { status: 404, json: {} } : { status: 200, json: json as unknown },
    )
  },
  close: () => Promise.resolve(),
})

/** A Horizon that nobody reaches, for this reason. */
export const horizonAway = (reason: string) => ({
  get: () => Promise.reject(new Error('Horizon cannot be reached', { cause: new Error(reason) })),
  close: () => Promise.resolve(),
})

/** A server that answers everything in the same way until the test ends; its address. */
export async function serve(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: (url: string) => string,
): Promise<string> {
  const server = createServer((_request, response) => {
    const { port } = server.address() as AddressInfo
    response.writeHead(status, { ...headers, connection: 'close' })
    response.end(body(`http://127.0.0.1:${port}`))
  })
  return listening(server)
}

export async function listening(server: Server): Promise<string> {
  onTestFinished(() => new Promise<void>((done) => server.close(() => done())))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Answers how many connections are open once there are none. */
export async function untilLetGo(server: Server): Promise<number> {
  const connections = () =>
    new Promise<number>((done, fail) =>
      server.getConnections((error, count) => (error ? fail(error) : done(count))),
    )
  await until(async () => (await connections()) === 0, 'the end of the connection', 3_000)
  return connections()
}
