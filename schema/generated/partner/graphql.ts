/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** A per-payment field. */
export type FieldInput = {
  /** As listed by `assets`. */
  name: string;
  /** Its value. */
  value: string;
};

/** Memo for a refund, if there has to be one. */
export type MemoInput = {
  /** `id`, `text` or `hash`. */
  type: string;
  /** Base64 for `hash`. */
  value: string;
};

/** What SEP-31 POST Transactions takes. */
export type OpenTransactionInput = {
  /** Plain decimal: what will be sent on Stellar. */
  amount: string;
  /** Code of the asset that will be sent. */
  assetCode: string;
  /** Its issuer; ours by default. */
  assetIssuer?: string | null | undefined;
  /** Per-payment fields. */
  fields?: Array<FieldInput> | null | undefined;
  /** How to pay out; by default the first of the asset. */
  fundingMethod?: string | null | undefined;
  /** Language of texts for people; `en` by default. */
  language?: string | null | undefined;
  /** SEP-12 customer who receives. */
  receiverId?: string | number | null | undefined;
  /** By default the memo of the payment. */
  refundMemo?: MemoInput | null | undefined;
  /** SEP-12 customer who sends. */
  senderId?: string | number | null | undefined;
};

/** Each given condition has to hold. */
export type TransactionEventFilter = {
  /** Only events of this transaction. */
  transactionId?: string | number | null | undefined;
};

/** Each given condition has to hold. */
export type TransactionFilter = {
  /** Code of the asset received. */
  assetCode?: string | null | undefined;
  /** Sent or received by this SEP-12 customer. */
  customerId?: string | number | null | undefined;
  /** The payout rail's id. */
  externalTransactionId?: string | null | undefined;
  /** One of these ids; 100 at most. */
  ids?: Array<string | number> | null | undefined;
  /** Opened before. */
  startedBefore?: string | null | undefined;
  /** Opened at or after. */
  startedFrom?: string | null | undefined;
  /** One of these statuses. */
  status?: Array<TransactionStatus> | null | undefined;
  /** Hash of the Stellar transaction that funded it. */
  stellarTransactionHash?: string | null | undefined;
};

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

export type CustomerQueryVariables = Exact<{
  id: string | number;
  type?: string | null | undefined;
}>;


export type CustomerQuery = { customer: { id: string, status: string, message: string | null, fields: Array<{ name: string, description: string, optional: boolean }>, providedFields: Array<{ name: string, status: string | null, error: string | null }> } | null };

export type OpenTransactionMutationVariables = Exact<{
  input: OpenTransactionInput;
  idempotencyKey: string;
}>;


export type OpenTransactionMutation = { openTransaction:
    | { __typename: 'CustomerInfoNeeded', side: string, customerType: string | null, code: string, message: string }
    | { __typename: 'IdempotencyKeyReused', code: string, message: string }
    | { __typename: 'InputRefused', argument: string, code: string, message: string }
    | { __typename: 'OpenedTransaction', isReplay: boolean, transaction: { id: string, status: TransactionStatus, amountIn: { value: string }, amountOut: { value: string }, pay: { account: string, memoType: string, memo: string } | null } }
    | { __typename: 'TransactionInfoNeeded', missing: Array<string>, code: string, message: string }
   };

export type TransactionEventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  filter?: TransactionEventFilter | null | undefined;
}>;


export type TransactionEventsSubscription = { transactionEvents: { cursor: string, transactionId: string, type: string, from: TransactionPhase | null, to: TransactionPhase, status: TransactionStatus, at: string, actor: string, note: string | null } };

export type TransactionQueryVariables = Exact<{
  id: string | number;
}>;


export type TransactionQuery = { transaction: { id: string, status: TransactionStatus, phase: TransactionPhase, statusMessage: string | null, stellarTransactionHash: string | null, externalTransactionId: string | null, completedAt: string | null, amountIn: { value: string, asset: string }, amountOut: { value: string, asset: string }, fee: { total: { value: string }, parts: Array<{ name: string, amount: { value: string } }> }, pay: { account: string, memoType: string, memo: string } | null, wantedFields: Array<{ owner: string, name: string, message: string }> } | null };

export type TransactionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  filter?: TransactionFilter | null | undefined;
}>;


export type TransactionsQuery = { transactions: { edges: Array<{ cursor: string, node: { id: string, status: TransactionStatus, startedAt: string } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type WhoAmIQueryVariables = Exact<{ [key: string]: never; }>;


export type WhoAmIQuery = { me: { account: string, memo: string | null, subject: string, clientDomain: string | null }, assets: Array<{ code: string, issuer: string | null, payoutAsset: string, minAmount: string | null, maxAmount: string | null, feeFixed: string, feePercent: string, fundingMethods: Array<string>, senderTypes: Array<{ type: string, fromAmount: string }>, receiverTypes: Array<{ type: string, fromAmount: string }>, transactionFields: Array<{ name: string, description: string, optional: boolean }> }> };

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

export const CustomerDocument = new TypedDocumentString(`
    query Customer($id: ID!, $type: String) {
  customer(id: $id, type: $type) {
    id
    status
    message
    fields {
      name
      description
      optional
    }
    providedFields {
      name
      status
      error
    }
  }
}
    `) as unknown as TypedDocumentString<CustomerQuery, CustomerQueryVariables>;
export const OpenTransactionDocument = new TypedDocumentString(`
    mutation OpenTransaction($input: OpenTransactionInput!, $idempotencyKey: String!) {
  openTransaction(input: $input, idempotencyKey: $idempotencyKey) {
    __typename
    ... on OpenedTransaction {
      isReplay
      transaction {
        id
        status
        amountIn {
          value
        }
        amountOut {
          value
        }
        pay {
          account
          memoType
          memo
        }
      }
    }
    ... on InputRefused {
      argument
    }
    ... on CustomerInfoNeeded {
      side
      customerType
    }
    ... on TransactionInfoNeeded {
      missing
    }
    ... on Refusal {
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<OpenTransactionMutation, OpenTransactionMutationVariables>;
export const TransactionEventsDocument = new TypedDocumentString(`
    subscription TransactionEvents($after: String, $filter: TransactionEventFilter) {
  transactionEvents(after: $after, filter: $filter) {
    cursor
    transactionId
    type
    from
    to
    status
    at
    actor
    note
  }
}
    `) as unknown as TypedDocumentString<TransactionEventsSubscription, TransactionEventsSubscriptionVariables>;
export const TransactionDocument = new TypedDocumentString(`
    query Transaction($id: ID!) {
  transaction(id: $id) {
    id
    status
    phase
    statusMessage
    amountIn {
      value
      asset
    }
    amountOut {
      value
      asset
    }
    fee {
      total {
        value
      }
      parts {
        name
        amount {
          value
        }
      }
    }
    pay {
      account
      memoType
      memo
    }
    wantedFields {
      owner
      name
      message
    }
    stellarTransactionHash
    externalTransactionId
    completedAt
  }
}
    `) as unknown as TypedDocumentString<TransactionQuery, TransactionQueryVariables>;
export const TransactionsDocument = new TypedDocumentString(`
    query Transactions($first: Int, $after: String, $last: Int, $before: String, $filter: TransactionFilter) {
  transactions(
    first: $first
    after: $after
    last: $last
    before: $before
    filter: $filter
  ) {
    edges {
      cursor
      node {
        id
        status
        startedAt
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<TransactionsQuery, TransactionsQueryVariables>;
export const WhoAmIDocument = new TypedDocumentString(`
    query WhoAmI {
  me {
    account
    memo
    subject
    clientDomain
  }
  assets {
    code
    issuer
    payoutAsset
    minAmount
    maxAmount
    feeFixed
    feePercent
    fundingMethods
    senderTypes {
      type
      fromAmount
    }
    receiverTypes {
      type
      fromAmount
    }
    transactionFields {
      name
      description
      optional
    }
  }
}
    `) as unknown as TypedDocumentString<WhoAmIQuery, WhoAmIQueryVariables>;