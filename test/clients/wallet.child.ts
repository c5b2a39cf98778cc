import walletSdk from '@stellar/typescript-wallet-sdk'

/**
 * A wallet as its makers write it: it knows the home domain of the anchor, and the rest is built into
 * the SDK. Prints what it got as one line of JSON.
 */
const [homeDomain = ''] = process.argv.slice(2)
const wallet = walletSdk.Wallet.TestNet()
const stellar = wallet.stellar()
const accountKp = stellar.account().createKeypair()
await stellar.fundTestnetAccount(accountKp.publicKey)
const { balances } = await stellar.account().getInfo({ accountAddress: accountKp.publicKey })

const anchor = wallet.anchor({ homeDomain })
const page = await anchor.getInfo()
const login = await anchor.sep10()
const token = await login.authenticate({ accountKp })
const tokenWithMemo = await login.authenticate({ accountKp, memoId: '77' })

const customers = await anchor.sep12(token)
const type = 'sep31-receiver'
const added = await customers.add({
  sep9Info: { first_name: 'Ada', last_name: 'Okafor', email_address: 'ada@example.com' },
  type,
})
const incomplete = await customers.getCustomer({ id: added.id, type })
const updated = await customers.update({
  id: added.id,
  sep9Info: { bank_account_number: '1234567890', bank_number: '021000021' },
  type,
})
const complete = await customers.getCustomer({ id: added.id, type })
// The smallest PNG there is: one transparent dot.
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg==',
  'base64',
)
const withPhoto = await customers.update({
  id: added.id,
  sep9BinaryInfo: { photo_id_front: dot },
  type,
})

const ofMemo = await anchor.sep12(tokenWithMemo)
const addedWithMemo = await ofMemo.add({ sep9Info: { first_name: 'Bo' }, type, memo: '77' })
await ofMemo.delete(accountKp.publicKey, '77')
const gone = await statusOf(ofMemo.getCustomer({ id: addedWithMemo.id, type }))
await customers.delete(accountKp.publicKey)
const allGone = await statusOf(customers.getCustomer({ id: added.id, type }))

const told = {
  account: accountKp.publicKey,
  lumens: balances[0]?.balance,
  endpoint: page.webAuthEndpoint,
  plainAddresses: JSON.stringify(page).match(/http:[^"]*/g) ?? [],
  token: { account: token.account },
  tokenWithMemo: { account: tokenWithMemo.account, memo: tokenWithMemo.memo },
  added,
  incomplete,
  updated,
  complete,
  withPhoto,
  addedWithMemo,
  gone,
  allGone,
}
process.stdout.write(`${JSON.stringify(told)}\n`)

/** HTTP status of a call that the SDK gives up. */
async function statusOf(call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    return (error as { readonly response?: { readonly status: number } }).response?.status // axios
  }
}
