import { xdr } from '@stellar/stellar-sdk'
import type { DataEntry } from '../entries.ts'
import { createEntry, removeEntry } from '../reserve.ts'
import { done, reserveResult, type BodyOf, type OperationRule } from './operation-rule.ts'
import { isPlainText } from './text.ts'

const result = (value: xdr.ManageDataResult): xdr.OperationResult =>
  done(xdr.OperationResultTr.manageData(value))

/** SBX-43; an empty value is a value, only an absent one deletes. */
export const manageData: OperationRule<BodyOf<'manageData'>> = {
  threshold: 'medium',
  success: result(xdr.ManageDataResult.manageDataSuccess()),
  check({ manageDataOp: { dataName } }) {
    if (dataName.length > 0 && isPlainText(dataName.bytes)) return undefined
    return result(xdr.ManageDataResult.manageDataInvalidName())
  },
  apply({ manageDataOp: { dataName, dataValue } }, { state, source, sponsorships }) {
    const name = dataName.toString()
    const existing = state.get(`data|${source}|${name}`)
    if (dataValue === null) {
      if (existing === undefined) return result(xdr.ManageDataResult.manageDataNameNotFound())
      removeEntry(state, existing, source)
      return manageData.success
    }
    const value = dataValue.value
    if (existing?.type === 'data') {
      state.put({ ...existing, value })
      return manageData.success
    }
    const entry: DataEntry = { type: 'data', account: source, name, value, lastModifiedLedger: 0 }
    const refusal = createEntry(state, { entry, owner: source, sponsorships })
    if (refusal === undefined) return manageData.success
    return reserveResult(refusal, result(xdr.ManageDataResult.manageDataLowReserve()))
  },
}
