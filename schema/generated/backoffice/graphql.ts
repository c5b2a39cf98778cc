/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** What an operator decided after a stop. */
export type NetworkDecision =
  /** Reading went on in the same run of the network. */
  | 'go_on'
  /** The network was reset: everything is read from its beginning. */
  | 'new_epoch';

/** Why collecting stopped. */
export type NetworkStopReason =
  /** Ledgers that were not read yet are no longer told. */
  | 'gap'
  /** The network began anew, or Horizon tells of another one. */
  | 'reset';

/** Where a payout stands. */
export type PayoutState =
  /** An attempt is under way or its outcome is not known yet. */
  | 'claimed'
  /** Given up; an operator has to look. */
  | 'dead'
  /** The receiving client has the money. */
  | 'delivered'
  /** May be sent from `dueAt` on. */
  | 'due'
  /** The rail has it and will deliver. */
  | 'pending'
  /** The sending anchor has to correct data first. */
  | 'waiting';

/** Where a transaction stands. Each phase means one thing; the SEP status is derived from it. */
export type TransactionPhase =
  | 'awaitingFunds'
  | 'awaitingInfo'
  | 'awaitingPayoutCustomerInfo'
  | 'awaitingPayoutTransactionInfo'
  | 'completed'
  | 'expired'
  | 'failed'
  | 'payingOut'
  | 'screening'
  | 'settling';

/** SEP-31's word for the phase. */
export type TransactionStatus =
  | 'completed'
  | 'error'
  | 'expired'
  | 'pending_customer_info_update'
  | 'pending_external'
  | 'pending_receiver'
  | 'pending_sender'
  | 'pending_transaction_info_update';

/** Why a Stellar payment funds no transaction. */
export type UnmatchedReason =
  | 'already_funded'
  | 'conflicting_memo'
  | 'no_memo'
  | 'not_a_payment'
  | 'not_payable'
  | 'too_late'
  | 'unknown_memo'
  | 'wrong_amount'
  | 'wrong_asset';

export type DeadLettersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type DeadLettersQuery = { deadLetters: { nodes: Array<{ transactionId: string, state: PayoutState, attemptNumber: number, deadReason: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RetryPayoutMutationVariables = Exact<{
  transactionId: string | number;
}>;


export type RetryPayoutMutation = { retryPayout:
    | { __typename: 'Payout', state: PayoutState, dueAt: string }
    | { __typename: 'PayoutNotRetried', code: string, message: string }
   };

export type NetworkQueryVariables = Exact<{ [key: string]: never; }>;


export type NetworkQuery = { network: { epoch: number, openStop: { id: string, reason: NetworkStopReason, detail: string, stoppedAt: string } | null, accounts: Array<{ account: string, cursor: string | null, readUntil: string | null }> } };

export type AcceptNetworkResetMutationVariables = Exact<{
  stopId: string | number;
}>;


export type AcceptNetworkResetMutation = { acceptNetworkReset:
    | { id: string, decision: NetworkDecision | null, decidedBy: string | null }
    | { code: string, message: string }
   };

export type ResumeNetworkMutationVariables = Exact<{
  stopId: string | number;
}>;


export type ResumeNetworkMutation = { resumeNetwork:
    | { id: string, decision: NetworkDecision | null, decidedBy: string | null }
    | { code: string, message: string }
   };

export type RejectCustomerMutationVariables = Exact<{
  id: string | number;
  reason: string;
}>;


export type RejectCustomerMutation = { rejectCustomer:
    | { __typename: 'RejectedCustomer', id: string }
    | { __typename: 'RejectionRefused', code: string, message: string }
   };

export type TransactionReportQueryVariables = Exact<{
  from: string;
  before: string;
}>;


export type TransactionReportQuery = { transactionReport: Array<{ day: string, assetCode: string, opened: number, funded: number, completed: number, failed: number, expired: number, amountIn: string, fee: string, successRate: number | null, medianSecondsToPayout: number | null, p95SecondsToPayout: number | null }> };

export type TransactionWithTimelineQueryVariables = Exact<{
  id: string | number;
}>;


export type TransactionWithTimelineQuery = { transaction: { id: string, status: TransactionStatus, phase: TransactionPhase, ownerAccount: string, timeline: Array<{ type: string, from: TransactionPhase | null, to: TransactionPhase, at: string, actor: string, note: string | null }>, payout: { state: PayoutState, attemptNumber: number, deadReason: string | null } | null, payoutAttempts: Array<{ number: number, idempotencyKey: string, state: string, railPayoutId: string | null, reason: string | null }> } | null };

export type UnmatchedPaymentsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  reason?: UnmatchedReason | null | undefined;
}>;


export type UnmatchedPaymentsQuery = { unmatchedPayments: { nodes: Array<{ id: string, reason: UnmatchedReason, kind: string, from: string, memoType: string, memo: string | null, stellarTransactionHash: string, transactionId: string | null, amount: { value: string, asset: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const DeadLettersDocument = new TypedDocumentString(`
    query DeadLetters($first: Int, $after: String) {
  deadLetters(first: $first, after: $after) {
    nodes {
      transactionId
      state
      attemptNumber
      deadReason
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<DeadLettersQuery, DeadLettersQueryVariables>;
export const RetryPayoutDocument = new TypedDocumentString(`
    mutation RetryPayout($transactionId: ID!) {
  retryPayout(transactionId: $transactionId) {
    __typename
    ... on Payout {
      state
      dueAt
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RetryPayoutMutation, RetryPayoutMutationVariables>;
export const NetworkDocument = new TypedDocumentString(`
    query Network {
  network {
    epoch
    openStop {
      id
      reason
      detail
      stoppedAt
    }
    accounts {
      account
      cursor
      readUntil
    }
  }
}
    `) as unknown as TypedDocumentString<NetworkQuery, NetworkQueryVariables>;
export const AcceptNetworkResetDocument = new TypedDocumentString(`
    mutation AcceptNetworkReset($stopId: ID!) {
  acceptNetworkReset(stopId: $stopId) {
    ... on NetworkStop {
      id
      decision
      decidedBy
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<AcceptNetworkResetMutation, AcceptNetworkResetMutationVariables>;
export const ResumeNetworkDocument = new TypedDocumentString(`
    mutation ResumeNetwork($stopId: ID!) {
  resumeNetwork(stopId: $stopId) {
    ... on NetworkStop {
      id
      decision
      decidedBy
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeNetworkMutation, ResumeNetworkMutationVariables>;
export const RejectCustomerDocument = new TypedDocumentString(`
    mutation RejectCustomer($id: ID!, $reason: String!) {
  rejectCustomer(id: $id, reason: $reason) {
    __typename
    ... on RejectedCustomer {
      id
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RejectCustomerMutation, RejectCustomerMutationVariables>;
export const TransactionReportDocument = new TypedDocumentString(`
    query TransactionReport($from: DateTimeISO!, $before: DateTimeISO!) {
  transactionReport(from: $from, before: $before) {
    day
    assetCode
    opened
    funded
    completed
    failed
    expired
    amountIn
    fee
    successRate
    medianSecondsToPayout
    p95SecondsToPayout
  }
}
    `) as unknown as TypedDocumentString<TransactionReportQuery, TransactionReportQueryVariables>;
export const TransactionWithTimelineDocument = new TypedDocumentString(`
    query TransactionWithTimeline($id: ID!) {
  transaction(id: $id) {
    id
    status
    phase
    ownerAccount
    timeline {
      type
      from
      to
      at
      actor
      note
    }
    payout {
      state
      attemptNumber
      deadReason
    }
    payoutAttempts {
      number
      idempotencyKey
      state
      railPayoutId
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<TransactionWithTimelineQuery, TransactionWithTimelineQueryVariables>;
export const UnmatchedPaymentsDocument = new TypedDocumentString(`
    query UnmatchedPayments($first: Int, $after: String, $reason: UnmatchedReason) {
  unmatchedPayments(first: $first, after: $after, reason: $reason) {
    nodes {
      id
      reason
      kind
      amount {
        value
        asset
      }
      from
      memoType
      memo
      stellarTransactionHash
      transactionId
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<UnmatchedPaymentsQuery, UnmatchedPaymentsQueryVariables>;