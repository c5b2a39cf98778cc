/** How many entries a page of any list has, unless told otherwise, and at most. */
export const pageSizeDefault = 20
export const pageSizeMax = 100
