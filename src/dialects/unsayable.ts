/**
 * Why no shell at all can be given this value, as the end of a sentence; undefined where most can. An environment
 * ends its values at NUL, and half of a surrogate pair has no bytes in UTF-8.
 */
export function refuseUnsayable(value: string): string | undefined {
  if (value.includes('\0')) return 'has a NUL character'
  if (/[\ud800-\udfff]/u.test(value)) return 'is not valid Unicode'
  return undefined
}
