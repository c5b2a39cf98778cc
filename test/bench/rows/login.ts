import { createHash, createPublicKey, sign, verify } from 'node:crypto'
import { logIn, newClient } from '../client.ts'
import { openConnections } from '../connections.ts'
import { bareRateOf, interleave, rateOf, ratios } from '../measure.ts'
import type { BenchOptions, Line } from '../row.ts'
import { costOf } from '../cost.ts'
import type { BenchWorld } from '../world.ts'

const lanes = 16

/** SEP-10 logins over HTTP (GET, sign, POST), against the signature work of a login alone. */
export async function login(world: BenchWorld, options: BenchOptions): Promise<readonly Line[]> {
  const databaseUrl = await world.database('bench')
  const gateway = await world.gateway(databaseUrl)
  const connections = await openConnections(gateway.url, lanes)
  const clients = connections.map(newClient)
  const call = async (lane: number): Promise<void> => {
    const [connection, client] = [connections[lane], clients[lane]]
    if (connection !== undefined && client !== undefined) await logIn(connection, client)
  }
  await rateOf(call, { lanes, ms: options.ms }) // warm
  const cost = costOf(world, gateway)
  const figures = await interleave(
    {
      ours: () => cost.during(() => rateOf(call, { lanes, ms: options.ms })),
      bare: () => bareRateOf(signatureWork(), options.ms),
    },
    options.rounds,
  )
  connections.forEach((connection) => connection.close())
  await gateway.stop()
  return [
    {
      row: 'SEP-10 login (GET and POST)',
      unit: 'logins/s',
      figures: figures.ours,
      bare: {
        what: 'two signatures and two verifications',
        figures: figures.bare,
        ratios: ratios(figures.ours, figures.bare),
      },
      target: { kind: 'ratio', least: 0.5 },
      cost: cost.told(),
    },
  ]
}

/** What a login cannot do without: both sides sign, and the gateway verifies both signatures. */
function signatureWork(): () => void {
  const [server, client] = [newClient(), newClient()]
  const [serverKey, clientKey] = [createPublicKey(server.key), createPublicKey(client.key)]
  const hash = createHash('sha256').update('a challenge').digest()
  return () => {
    const given = sign(null, hash, server.key)
    const added = sign(null, hash, client.key)
    verify(null, hash, serverKey, given)
    verify(null, hash, clientKey, added)
  }
}
