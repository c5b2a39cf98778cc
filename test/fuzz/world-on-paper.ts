import { Keypair } from '@stellar/stellar-sdk'
import type { Client } from './clients.ts'
import { dataByType } from './clients.ts'
import type { FuzzMaterial } from './world.ts'

const aClient = (number: number): Client => {
  const keypair = Keypair.fromRawEd25519Seed(new Uint8Array(32).fill(number))
  return {
    keypair,
    login: { account: keypair.publicKey() },
    token: `head.body${number}.signature`,
    customers: Object.fromEntries(
      Object.keys(dataByType).map((type, at) => [type, `customer-${number}-${at}`]),
    ),
    transactions: [`transaction-${number}`],
    files: [`file-${number}`],
  }
}

const clients = [1, 2, 3].map(aClient)

/** What requests are made up from, without anything that runs. */
export const aWorldOnPaper: FuzzMaterial = {
  sandbox: {
    homeDomain: 'localhost:1',
    backofficeToken: 'the-token-of-the-back-office',
    assets: [{ code: 'USDC', issuer: 'G', distributionAccount: 'G' }],
  },
  urls: {
    public: 'http://localhost:1',
    internal: 'http://localhost:2',
    strict: 'http://localhost:4',
  },
  clients,
  waiting: clients.map((client) => [client, 'waiting-transaction']),
  railSecret: 'the-secret-of-the-rail',
  sinkUrl: 'http://localhost:3',
  notices: ['{"id":"wh_1"}'],
}
