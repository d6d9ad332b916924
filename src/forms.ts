/** The forms that the API gives: GetSessionToken, SerialNumber and AccessKeyId. */
export const forms = {
  accessKeyId: /^\w{16,128}$/,
  serialNumber: /^[\w+=/:,.@-]{9,256}$/,
  /** Of a record of ours, whose role was read from a profile by a stricter one. */
  roleArn: /^arn:[!-~]{1,1024}$/,
}

/** Whether something read from elsewhere is a text of that form. */
export function isText(value: unknown, form: RegExp): value is string {
  return typeof value === 'string' && form.test(value)
}

/** Whether it is a time as we write it: RFC 3339, UTC, whole seconds. */
export function isTime(value: unknown): value is string {
  return isText(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) && !Number.isNaN(Date.parse(value))
}

/** Six ASCII digits, as the API wants them; other scripts' digits are not. */
export function isTokenCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text)
}

/** Whether a text is so like a code that it must have strayed: six digits of any script. */
export function looksLikeTokenCode(text: string): boolean {
  return /^\p{Nd}{6}$/u.test(text.replace(/\s/g, ''))
}
