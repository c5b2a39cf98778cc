/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query Customer($id: ID!, $type: String) {\n  customer(id: $id, type: $type) {\n    id\n    status\n    message\n    fields {\n      name\n      description\n      optional\n    }\n    providedFields {\n      name\n      status\n      error\n    }\n  }\n}": typeof types.CustomerDocument,
    "mutation OpenTransaction($input: OpenTransactionInput!, $idempotencyKey: String!) {\n  openTransaction(input: $input, idempotencyKey: $idempotencyKey) {\n    __typename\n    ... on OpenedTransaction {\n      isReplay\n      transaction {\n        id\n        status\n        amountIn {\n          value\n        }\n        amountOut {\n          value\n        }\n        pay {\n          account\n          memoType\n          memo\n        }\n      }\n    }\n    ... on InputRefused {\n      argument\n    }\n    ... on CustomerInfoNeeded {\n      side\n      customerType\n    }\n    ... on TransactionInfoNeeded {\n      missing\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": typeof types.OpenTransactionDocument,
    "subscription TransactionEvents($after: String, $filter: TransactionEventFilter) {\n  transactionEvents(after: $after, filter: $filter) {\n    cursor\n    transactionId\n    type\n    from\n    to\n    status\n    at\n    actor\n    note\n  }\n}": typeof types.TransactionEventsDocument,
    "query Transaction($id: ID!) {\n  transaction(id: $id) {\n    id\n    status\n    phase\n    statusMessage\n    amountIn {\n      value\n      asset\n    }\n    amountOut {\n      value\n      asset\n    }\n    fee {\n      total {\n        value\n      }\n      parts {\n        name\n        amount {\n          value\n        }\n      }\n    }\n    pay {\n      account\n      memoType\n      memo\n    }\n    wantedFields {\n      owner\n      name\n      message\n    }\n    stellarTransactionHash\n    externalTransactionId\n    completedAt\n  }\n}": typeof types.TransactionDocument,
    "query Transactions($first: Int, $after: String, $last: Int, $before: String, $filter: TransactionFilter) {\n  transactions(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        status\n        startedAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}": typeof types.TransactionsDocument,
    "query WhoAmI {\n  me {\n    account\n    memo\n    subject\n    clientDomain\n  }\n  assets {\n    code\n    issuer\n    payoutAsset\n    minAmount\n    maxAmount\n    feeFixed\n    feePercent\n    fundingMethods\n    senderTypes {\n      type\n      fromAmount\n    }\n    receiverTypes {\n      type\n      fromAmount\n    }\n    transactionFields {\n      name\n      description\n      optional\n    }\n  }\n}": typeof types.WhoAmIDocument,
};
const documents: Documents = {
    "query Customer($id: ID!, $type: String) {\n  customer(id: $id, type: $type) {\n    id\n    status\n    message\n    fields {\n      name\n      description\n      optional\n    }\n    providedFields {\n      name\n      status\n      error\n    }\n  }\n}": types.CustomerDocument,
    "mutation OpenTransaction($input: OpenTransactionInput!, $idempotencyKey: String!) {\n  openTransaction(input: $input, idempotencyKey: $idempotencyKey) {\n    __typename\n    ... on OpenedTransaction {\n      isReplay\n      transaction {\n        id\n        status\n        amountIn {\n          value\n        }\n        amountOut {\n          value\n        }\n        pay {\n          account\n          memoType\n          memo\n        }\n      }\n    }\n    ... on InputRefused {\n      argument\n    }\n    ... on CustomerInfoNeeded {\n      side\n      customerType\n    }\n    ... on TransactionInfoNeeded {\n      missing\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": types.OpenTransactionDocument,
    "subscription TransactionEvents($after: String, $filter: TransactionEventFilter) {\n  transactionEvents(after: $after, filter: $filter) {\n    cursor\n    transactionId\n    type\n    from\n    to\n    status\n    at\n    actor\n    note\n  }\n}": types.TransactionEventsDocument,
    "query Transaction($id: ID!) {\n  transaction(id: $id) {\n    id\n    status\n    phase\n    statusMessage\n    amountIn {\n      value\n      asset\n    }\n    amountOut {\n      value\n      asset\n    }\n    fee {\n      total {\n        value\n      }\n      parts {\n        name\n        amount {\n          value\n        }\n      }\n    }\n    pay {\n      account\n      memoType\n      memo\n    }\n    wantedFields {\n      owner\n      name\n      message\n    }\n    stellarTransactionHash\n    externalTransactionId\n    completedAt\n  }\n}": types.TransactionDocument,
    "query Transactions($first: Int, $after: String, $last: Int, $before: String, $filter: TransactionFilter) {\n  transactions(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        status\n        startedAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}": types.TransactionsDocument,
    "query WhoAmI {\n  me {\n    account\n    memo\n    subject\n    clientDomain\n  }\n  assets {\n    code\n    issuer\n    payoutAsset\n    minAmount\n    maxAmount\n    feeFixed\n    feePercent\n    fundingMethods\n    senderTypes {\n      type\n      fromAmount\n    }\n    receiverTypes {\n      type\n      fromAmount\n    }\n    transactionFields {\n      name\n      description\n      optional\n    }\n  }\n}": types.WhoAmIDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Customer($id: ID!, $type: String) {\n  customer(id: $id, type: $type) {\n    id\n    status\n    message\n    fields {\n      name\n      description\n      optional\n    }\n    providedFields {\n      name\n      status\n      error\n    }\n  }\n}"): typeof import('./graphql.ts').CustomerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation OpenTransaction($input: OpenTransactionInput!, $idempotencyKey: String!) {\n  openTransaction(input: $input, idempotencyKey: $idempotencyKey) {\n    __typename\n    ... on OpenedTransaction {\n      isReplay\n      transaction {\n        id\n        status\n        amountIn {\n          value\n        }\n        amountOut {\n          value\n        }\n        pay {\n          account\n          memoType\n          memo\n        }\n      }\n    }\n    ... on InputRefused {\n      argument\n    }\n    ... on CustomerInfoNeeded {\n      side\n      customerType\n    }\n    ... on TransactionInfoNeeded {\n      missing\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').OpenTransactionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription TransactionEvents($after: String, $filter: TransactionEventFilter) {\n  transactionEvents(after: $after, filter: $filter) {\n    cursor\n    transactionId\n    type\n    from\n    to\n    status\n    at\n    actor\n    note\n  }\n}"): typeof import('./graphql.ts').TransactionEventsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Transaction($id: ID!) {\n  transaction(id: $id) {\n    id\n    status\n    phase\n    statusMessage\n    amountIn {\n      value\n      asset\n    }\n    amountOut {\n      value\n      asset\n    }\n    fee {\n      total {\n        value\n      }\n      parts {\n        name\n        amount {\n          value\n        }\n      }\n    }\n    pay {\n      account\n      memoType\n      memo\n    }\n    wantedFields {\n      owner\n      name\n      message\n    }\n    stellarTransactionHash\n    externalTransactionId\n    completedAt\n  }\n}"): typeof import('./graphql.ts').TransactionDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Transactions($first: Int, $after: String, $last: Int, $before: String, $filter: TransactionFilter) {\n  transactions(\n    first: $first\n    after: $after\n    last: $last\n    before: $before\n    filter: $filter\n  ) {\n    edges {\n      cursor\n      node {\n        id\n        status\n        startedAt\n      }\n    }\n    pageInfo {\n      hasNextPage\n      hasPreviousPage\n      startCursor\n      endCursor\n    }\n  }\n}"): typeof import('./graphql.ts').TransactionsDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query WhoAmI {\n  me {\n    account\n    memo\n    subject\n    clientDomain\n  }\n  assets {\n    code\n    issuer\n    payoutAsset\n    minAmount\n    maxAmount\n    feeFixed\n    feePercent\n    fundingMethods\n    senderTypes {\n      type\n      fromAmount\n    }\n    receiverTypes {\n      type\n      fromAmount\n    }\n    transactionFields {\n      name\n      description\n      optional\n    }\n  }\n}"): typeof import('./graphql.ts').WhoAmIDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
