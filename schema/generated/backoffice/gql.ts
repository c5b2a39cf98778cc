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
    "query DeadLetters($first: Int, $after: String) {\n  deadLetters(first: $first, after: $after) {\n    nodes {\n      transactionId\n      state\n      attemptNumber\n      deadReason\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation RetryPayout($transactionId: ID!) {\n  retryPayout(transactionId: $transactionId) {\n    __typename\n    ... on Payout {\n      state\n      dueAt\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": typeof types.DeadLettersDocument,
    "query Network {\n  network {\n    epoch\n    openStop {\n      id\n      reason\n      detail\n      stoppedAt\n    }\n    accounts {\n      account\n      cursor\n      readUntil\n    }\n  }\n}\n\nmutation AcceptNetworkReset($stopId: ID!) {\n  acceptNetworkReset(stopId: $stopId) {\n    ... on NetworkStop {\n      id\n      decision\n      decidedBy\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}\n\nmutation ResumeNetwork($stopId: ID!) {\n  resumeNetwork(stopId: $stopId) {\n    ... on NetworkStop {\n      id\n      decision\n      decidedBy\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": typeof types.NetworkDocument,
    "mutation RejectCustomer($id: ID!, $reason: String!) {\n  rejectCustomer(id: $id, reason: $reason) {\n    __typename\n    ... on RejectedCustomer {\n      id\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": typeof types.RejectCustomerDocument,
    "query TransactionReport($from: DateTimeISO!, $before: DateTimeISO!) {\n  transactionReport(from: $from, before: $before) {\n    day\n    assetCode\n    opened\n    funded\n    completed\n    failed\n    expired\n    amountIn\n    fee\n    successRate\n    medianSecondsToPayout\n    p95SecondsToPayout\n  }\n}": typeof types.TransactionReportDocument,
    "query TransactionWithTimeline($id: ID!) {\n  transaction(id: $id) {\n    id\n    status\n    phase\n    ownerAccount\n    timeline {\n      type\n      from\n      to\n      at\n      actor\n      note\n    }\n    payout {\n      state\n      attemptNumber\n      deadReason\n    }\n    payoutAttempts {\n      number\n      idempotencyKey\n      state\n      railPayoutId\n      reason\n    }\n  }\n}": typeof types.TransactionWithTimelineDocument,
    "query UnmatchedPayments($first: Int, $after: String, $reason: UnmatchedReason) {\n  unmatchedPayments(first: $first, after: $after, reason: $reason) {\n    nodes {\n      id\n      reason\n      kind\n      amount {\n        value\n        asset\n      }\n      from\n      memoType\n      memo\n      stellarTransactionHash\n      transactionId\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": typeof types.UnmatchedPaymentsDocument,
};
const documents: Documents = {
    "query DeadLetters($first: Int, $after: String) {\n  deadLetters(first: $first, after: $after) {\n    nodes {\n      transactionId\n      state\n      attemptNumber\n      deadReason\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation RetryPayout($transactionId: ID!) {\n  retryPayout(transactionId: $transactionId) {\n    __typename\n    ... on Payout {\n      state\n      dueAt\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": types.DeadLettersDocument,
    "query Network {\n  network {\n    epoch\n    openStop {\n      id\n      reason\n      detail\n      stoppedAt\n    }\n    accounts {\n      account\n      cursor\n      readUntil\n    }\n  }\n}\n\nmutation AcceptNetworkReset($stopId: ID!) {\n  acceptNetworkReset(stopId: $stopId) {\n    ... on NetworkStop {\n      id\n      decision\n      decidedBy\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}\n\nmutation ResumeNetwork($stopId: ID!) {\n  resumeNetwork(stopId: $stopId) {\n    ... on NetworkStop {\n      id\n      decision\n      decidedBy\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": types.NetworkDocument,
    "mutation RejectCustomer($id: ID!, $reason: String!) {\n  rejectCustomer(id: $id, reason: $reason) {\n    __typename\n    ... on RejectedCustomer {\n      id\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}": types.RejectCustomerDocument,
    "query TransactionReport($from: DateTimeISO!, $before: DateTimeISO!) {\n  transactionReport(from: $from, before: $before) {\n    day\n    assetCode\n    opened\n    funded\n    completed\n    failed\n    expired\n    amountIn\n    fee\n    successRate\n    medianSecondsToPayout\n    p95SecondsToPayout\n  }\n}": types.TransactionReportDocument,
    "query TransactionWithTimeline($id: ID!) {\n  transaction(id: $id) {\n    id\n    status\n    phase\n    ownerAccount\n    timeline {\n      type\n      from\n      to\n      at\n      actor\n      note\n    }\n    payout {\n      state\n      attemptNumber\n      deadReason\n    }\n    payoutAttempts {\n      number\n      idempotencyKey\n      state\n      railPayoutId\n      reason\n    }\n  }\n}": types.TransactionWithTimelineDocument,
    "query UnmatchedPayments($first: Int, $after: String, $reason: UnmatchedReason) {\n  unmatchedPayments(first: $first, after: $after, reason: $reason) {\n    nodes {\n      id\n      reason\n      kind\n      amount {\n        value\n        asset\n      }\n      from\n      memoType\n      memo\n      stellarTransactionHash\n      transactionId\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}": types.UnmatchedPaymentsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query DeadLetters($first: Int, $after: String) {\n  deadLetters(first: $first, after: $after) {\n    nodes {\n      transactionId\n      state\n      attemptNumber\n      deadReason\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n\nmutation RetryPayout($transactionId: ID!) {\n  retryPayout(transactionId: $transactionId) {\n    __typename\n    ... on Payout {\n      state\n      dueAt\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').DeadLettersDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Network {\n  network {\n    epoch\n    openStop {\n      id\n      reason\n      detail\n      stoppedAt\n    }\n    accounts {\n      account\n      cursor\n      readUntil\n    }\n  }\n}\n\nmutation AcceptNetworkReset($stopId: ID!) {\n  acceptNetworkReset(stopId: $stopId) {\n    ... on NetworkStop {\n      id\n      decision\n      decidedBy\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}\n\nmutation ResumeNetwork($stopId: ID!) {\n  resumeNetwork(stopId: $stopId) {\n    ... on NetworkStop {\n      id\n      decision\n      decidedBy\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').NetworkDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RejectCustomer($id: ID!, $reason: String!) {\n  rejectCustomer(id: $id, reason: $reason) {\n    __typename\n    ... on RejectedCustomer {\n      id\n    }\n    ... on Refusal {\n      code\n      message\n    }\n  }\n}"): typeof import('./graphql.ts').RejectCustomerDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query TransactionReport($from: DateTimeISO!, $before: DateTimeISO!) {\n  transactionReport(from: $from, before: $before) {\n    day\n    assetCode\n    opened\n    funded\n    completed\n    failed\n    expired\n    amountIn\n    fee\n    successRate\n    medianSecondsToPayout\n    p95SecondsToPayout\n  }\n}"): typeof import('./graphql.ts').TransactionReportDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query TransactionWithTimeline($id: ID!) {\n  transaction(id: $id) {\n    id\n    status\n    phase\n    ownerAccount\n    timeline {\n      type\n      from\n      to\n      at\n      actor\n      note\n    }\n    payout {\n      state\n      attemptNumber\n      deadReason\n    }\n    payoutAttempts {\n      number\n      idempotencyKey\n      state\n      railPayoutId\n      reason\n    }\n  }\n}"): typeof import('./graphql.ts').TransactionWithTimelineDocument;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query UnmatchedPayments($first: Int, $after: String, $reason: UnmatchedReason) {\n  unmatchedPayments(first: $first, after: $after, reason: $reason) {\n    nodes {\n      id\n      reason\n      kind\n      amount {\n        value\n        asset\n      }\n      from\n      memoType\n      memo\n      stellarTransactionHash\n      transactionId\n    }\n    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}"): typeof import('./graphql.ts').UnmatchedPaymentsDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
