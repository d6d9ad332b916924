import fc from 'fast-check'

/** The bytes of a pair of files. */
export interface PairBytes {
  readonly config: Buffer
  readonly credentials: Buffer
}

/** The keys that the tool looks at, and some of those that say how a profile gets its credentials. */
export const neededKeys = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_security_token',
  'credential_process',
  'endpoint_url',
  'login_session',
  'mfa_process',
  'mfa_serial',
  'region',
  'role_arn',
  'services',
  'source_profile',
  'sso_session',
] as const

/** What plain files consist of, and what stands in odd ones now and then. */
interface Ingredients {
  readonly plain: readonly string[]
  readonly odd: readonly string[]
}

const configHeaders: Ingredients = {
  plain: [
    '[default]',
    '[profile mfa]',
    '[profile a.b]',
    '[services s]',
    '[profile work]',
    '[sso-session work]',
  ],
  odd: [
    ...['[profile "mfa"]', "[profile 'work']", '[services "s"]', '[plugins]', '[profile \u00e4]', '[mfa]'],
    ...['[profile default]', '[profile  mfa]', '[profile\tmfa]', '[profile mfa ]', '[ profile mfa]'],
    ...[
      '[profile.mfa]',
      '[profiles mfa]',
      '[profile "m"fa]',
      '[profile m\\fa]',
      '[profile "mfa]',
      '[profile]',
    ],
    ...[
      '[profile a b]',
      "[profile 'a\\' b]",
      '[profile "\\a\\" b"]',
      '[services.s]',
      '[services  s]',
      '[profile ""]',
    ],
    ...[
      '[servicesx s]',
      '[profile services.s]',
      '[DEFAULT]',
      '[Default]',
      '[profile DEFAULT]',
      '[profile MFA]',
    ],
    ...['[profile \u00a0mfa]', '[profile\u00a0mfa]', '[profile "a b"]', '[sso-session.x]', '[profile.a b]'],
  ],
}
const credentialsHeaders: Ingredients = {
  plain: ['[default]', '[mfa]', '[work]', '[a.b]'],
  odd: [
    ...['[DEFAULT]', '[ mfa ]', '[mfa]]', '[MFA]', '[mfa2]', '[profile mfa]', '[profile.mfa]', '[my mfa]'],
    ...['[a@b c]', '["mfa"]', '[\u00e4]', '[profile default]', '[[mfa]', '[services s]'],
  ],
}
const keys: Ingredients = {
  plain: [...neededKeys.filter((key) => key !== 'endpoint_url' && key !== 'services'), 'output', 'x'],
  odd: [
    ...[
      'endpoint_url',
      'services',
      'Region',
      'AWS_ACCESS_KEY_ID',
      'Sts',
      'sts',
      's3',
      'region x',
      'a:b',
      '#x',
      'x #',
    ],
    ...['\u212aey', 'constructor'],
  ],
}
const values: Ingredients = {
  plain: [
    'AKIAIOSFODNN7EXAMPLE',
    'a/b+c=',
    'eu-west-1',
    'https://localhost:1/',
    's',
    'v#c',
    '%(x)s',
    '$HOME',
    '"v"',
  ],
  odd: [
    ...['', 'v # c', 'v ;c', '#v', ' #v', '; v', 'a = b', 'v\u0085', '\ufeffv', 'v\u00a0', 'v\u2028w', '[x]'],
    ...['v\u001c', 'v\u0000', '\u00e4', 'v\u000bw', 'v\u000bw = x', '\ud83d\ude00'],
  ],
}
const delimiters: Ingredients = {
  plain: [' = ', '=', '= ', ' ='],
  odd: [': ', ':', '\t=\t', '\ufeff= ', '\u0085= ', ' = = '],
}
const indents: Ingredients = { plain: [''], odd: ['  ', ' ', '\t', '    ', '\u00a0', '\u001c', '\ufeff'] }
const otherLines: Ingredients = {
  plain: ['', '# comment', '; comment', '# [mfa]', '#region = x'],
  odd: [
    ...[
      '  ',
      '  # comment',
      '\u001c# region =',
      '\u0085',
      '\u000c',
      'junk',
      '  junk',
      ' [mfa]',
      '  []',
      '[]',
      '[mfa',
    ],
    ...[
      '[work] # c',
      '[work]#c',
      '[work] c',
      '[a] [b]',
      '[work] # c]',
      '= v',
      ': v',
      '\ufeff',
      '\ufeff[mfa]',
    ],
    ...['\ufeff[a=b]', '\u001c[mfa]', '  region = hidden', '  x =', '\tsts =', 'a \u0085 b', 'services = s'],
  ],
}
const nestedUnder: Ingredients = {
  plain: ['s3 =', 's3=', 'sts ='],
  odd: ['region =', 'x =', 'sts = v', 'STS =', 'sts:'],
}
const lineEnds: Ingredients = { plain: ['\n', '\r\n'], odd: ['\r', '\n\n'] }

/** How often something odd is taken, in a thousand. */
type Oddness = number

function take({ plain, odd }: Ingredients, oddness: Oddness): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 1000 - oddness, arbitrary: fc.constantFrom(...plain) },
    { weight: oddness, arbitrary: fc.constantFrom(...odd) },
  )
}

function entry(oddness: Oddness, indent = take(indents, oddness)): fc.Arbitrary<string> {
  return fc
    .tuple(indent, take(keys, oddness), take(delimiters, oddness), take(values, oddness))
    .map((parts) => parts.join(''))
}

/** A key with keys of its own on indented lines. */
function nested(oddness: Oddness): fc.Arbitrary<string> {
  const url = fc.constantFrom('  endpoint_url = https://localhost:2', '  endpoint_url=https://localhost:3')
  const inner = fc.oneof(url, entry(oddness, fc.constantFrom('  ', '    ', '\t')))
  return fc
    .tuple(take(nestedUnder, oddness), fc.array(inner, { minLength: 1, maxLength: 3 }))
    .map(([opening, lines]) => [opening, ...lines].join('\n'))
}

function section(headers: Ingredients, oddness: Oddness): fc.Arbitrary<string[]> {
  const line = fc.oneof(
    { weight: 12, arbitrary: entry(oddness) },
    { weight: 2, arbitrary: nested(oddness) },
    { weight: 2, arbitrary: take(otherLines, oddness) },
  )
  // Mostly without a key twice, for which botocore refuses everything else.
  const selector = (text: string) => /^\s*(\w*)/.exec(text)?.[1] || text
  return fc
    .tuple(take(headers, oddness), fc.uniqueArray(line, { maxLength: 6, selector }))
    .map(([header, lines]) => [header, ...lines])
}

function file(headers: Ingredients, oddness: Oddness): fc.Arbitrary<Buffer> {
  const sections = fc.uniqueArray(section(headers, oddness), {
    maxLength: 4,
    selector: ([header]) => header,
  })
  const preamble = fc.array(take(otherLines, Math.ceil(oddness / 4)), { maxLength: 1 })
  const ends = fc.array(take(lineEnds, Math.ceil(oddness / 8)), { minLength: 1, maxLength: 3 })
  const spoiled = fc.constantFrom('bom', 'latin1', ...Array<string>(60).fill(''))
  return fc
    .tuple(preamble, sections, ends, fc.boolean(), spoiled)
    .map(([first, rest, endings, closed, how]) => {
      const lines = [...first, ...rest.flat()]
      const text = lines.map((line, index) =>
        index === lines.length - 1 && !closed ? line : line + endings[index % endings.length],
      )
      const bytes = Buffer.from(text.join(''))
      if (oddness > 0 && how === 'bom') return Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytes])
      return oddness > 0 && how === 'latin1'
        ? Buffer.concat([bytes, Buffer.from('# \xe9\n', 'latin1')])
        : bytes
    })
}

/** The same pairs on every run; plain ones where the oddness is 0. */
export function generatePairs(count: number, oddness: Oddness, seed: number): PairBytes[] {
  const pair = fc.record({
    config: file(configHeaders, oddness),
    credentials: file(credentialsHeaders, oddness),
  })
  return fc.sample(pair, { numRuns: count, seed })
}

/** Pairs whose profile `mfa` takes its endpoints from `[services s]`. */
export function generateServices(count: number, oddness: Oddness, seed: number): PairBytes[] {
  const lines = fc.array(fc.oneof(nested(oddness), entry(oddness)), { minLength: 1, maxLength: 3 })
  const config = fc
    .tuple(fc.constantFrom('[services s]', '[services "s"]'), lines)
    .map(([header, body]) =>
      Buffer.from(['[profile mfa]', 'services = s', header, ...body].map((line) => `${line}\n`).join('')),
    )
  return fc.sample(fc.record({ config, credentials: fc.constant(Buffer.of()) }), { numRuns: count, seed })
}
