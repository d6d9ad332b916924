/** A file that readers trip over, and what ours makes of it as a credentials file. */
export interface NastyFile {
  readonly name: string
  readonly bytes: Buffer
  /** Each section's header and keys, in the order of the file. */
  readonly reads: readonly (readonly [header: string, keys: Readonly<Record<string, string>>])[]
  /** The line and its fault. */
  readonly defect?: readonly [line: number, what: string]
  /** Why the SDK for JavaScript reads a key differently, by key. */
  readonly disputed?: Readonly<Record<string, string>>
}

const keys = 'aws_access_key_id = AKIA\naws_secret_access_key = s3cr3t\n'
const both = { aws_access_key_id: 'AKIA', aws_secret_access_key: 's3cr3t' }
const mfa: NastyFile['reads'][number] = ['mfa', both]

const comment = 'a # or ; in its value begins a comment for some tools'
const colon = 'a colon stands where an equals sign belongs'
const blank = 'a character beside its name or value is a blank for some tools'
const beside = 'there is something beside the [section]'
const junk = 'the line is neither a [section] nor a key = value'
const continued = 'an indented line continues it'
const bareReturn = 'the line ends in a carriage return alone'

type Row = readonly [
  name: string,
  content: string | Buffer,
  reads: NastyFile['reads'],
  defect?: NastyFile['defect'] | undefined,
  disputed?: NastyFile['disputed'],
]

const rows: readonly Row[] = [
  ['empty', '', []],
  ['nothing but comments and blank lines', '\n# a\n  ; b\n\t\n', []],
  ['no final newline', `[mfa]\n${keys}region = x`, [['mfa', { ...both, region: 'x' }]]],
  ['a header without a final newline', '[mfa]', [['mfa', {}]]],
  ['CRLF', `[mfa]\n${keys}`.replaceAll('\n', '\r\n'), [mfa]],
  ['mixed line ends', '[mfa]\r\naws_access_key_id = AKIA\naws_secret_access_key = s3cr3t\r\n', [mfa]],
  ['bare CR', `[mfa]\n${keys}`.replaceAll('\n', '\r'), [mfa], [1, bareReturn]],
  [
    'one bare CR',
    '[mfa]\nregion = x\rmfa_serial = y\n',
    [['mfa', { region: 'x', mfa_serial: 'y' }]],
    [2, bareReturn],
  ],
  ['CR CR LF', '[mfa]\r\r\nregion = x\n', [['mfa', { region: 'x' }]], [1, bareReturn]],
  ['BOM', `\ufeff[mfa]\n${keys}`, [], [1, 'the file begins with a byte order mark']],
  ['BOM alone', '\ufeff', [], [1, 'the file begins with a byte order mark']],
  ['a BOM in the middle', `[mfa]\n${keys}\ufeff\n`, [mfa], [4, junk]],
  ['a BOM before a header', `[a]\n\ufeff[mfa]\n${keys}`, [['a', both]], [2, beside]],
  [
    'Latin-1 comment',
    Buffer.from(`[mfa]\n${keys}# \xe9t\xe9\n`, 'latin1'),
    [mfa],
    [4, 'the line is not UTF-8'],
  ],
  [
    'Latin-1 behind a true U+FFFD',
    Buffer.concat([Buffer.from(`[mfa]\n${keys}# \ufffd\n`), Buffer.from('# \xe9\n', 'latin1')]),
    [mfa],
    [5, 'the line is not UTF-8'],
  ],
  [
    'an encoded surrogate',
    Buffer.concat([Buffer.from('[mfa]\nregion = '), Buffer.of(0xed, 0xa0, 0x80)]),
    [['mfa', { region: '\ufffd\ufffd\ufffd' }]],
    [2, 'the line is not UTF-8'],
  ],
  [
    'UTF-8',
    '[m\u00fcnchen]\nmfa_process = \ud83d\ude00\n',
    [['m\u00fcnchen', { mfa_process: '\ud83d\ude00' }]],
  ],
  ['NUL in a value', '[mfa]\nregion = a\0b\n', [['mfa', { region: 'a\0b' }]]],
  ['NUL around a value', '[mfa]\nregion = \0b\0\n', [['mfa', { region: '\0b\0' }]]],
  ['VT and FF around a value', '[mfa]\nregion =\v\fb\f\v\n', [['mfa', { region: 'b' }]]],
  ['U+0085 in a value', '[mfa]\nregion = a\u0085b\n', [['mfa', { region: 'a\u0085b' }]]],
  [
    'U+0085 behind a value',
    '[mfa]\nregion = a\u0085\n',
    [['mfa', { region: 'a' }]],
    undefined,
    { region: blank },
  ],
  [
    'U+FEFF behind a value',
    '[mfa]\nregion = a\ufeff\n',
    [['mfa', { region: 'a\ufeff' }]],
    undefined,
    { region: blank },
  ],
  [
    'U+001C before a key',
    '[mfa]\n\x1cregion = a\n',
    [['mfa', { region: 'a' }]],
    undefined,
    { region: blank },
  ],
  ['U+001C before a header', '\x1c[mfa]\nregion = a\n', [['mfa', { region: 'a' }]], [1, beside]],
  ['U+0085 alone', '[mfa]\n\u0085\nregion = a\n', [['mfa', { region: 'a' }]]],
  ['U+2028 in and behind a value', '[mfa]\nregion = a\u2028b\u2028\n', [['mfa', { region: 'a\u2028b' }]]],
  [
    'duplicate section',
    `[mfa]\n${keys}[other]\n[mfa]\nregion = x\n`,
    [mfa, ['other', {}], ['mfa', { region: 'x' }]],
    [5, '[mfa] stands in the file a second time'],
  ],
  [
    'duplicate key',
    '[mfa]\nregion = x\nregion = y\n',
    [['mfa', { region: 'y' }]],
    [3, 'region stands in [mfa] a second time'],
  ],
  ['blanks inside the brackets', `[ mfa ]\n${keys}`, [[' mfa ', both]]],
  ['an indented first header', `  [mfa]\n${keys}`, [mfa]],
  ['a comment behind a header', `[mfa] # c\n${keys}[b] ;c\n`, [mfa, ['b', {}]]],
  ['a comment that ends in a bracket', `[mfa] # c]\n${keys}`, [['mfa] # c', both]], [1, beside]],
  ['a comment close behind a header', `[mfa]#c\n${keys}`, [mfa], [1, beside]],
  ['text behind a header', `[mfa] c\n${keys}`, [mfa], [1, beside]],
  ['two brackets', `[mfa]]\n${keys}`, [['mfa]', both]]],
  ['two headers in a line', `[a] [b]\n${keys}`, [['a] [b', both]]],
  ['an empty header', `[mfa]\n[]\n${keys}`, [mfa], [2, beside]],
  ['an unclosed header', `[a]\n[mfa\n${keys}`, [['a', both]], [2, junk]],
  ['decoys', `# [mfa]\n;[mfa]\n  # [mfa]\n[a]\n#region = x\n${keys}`, [['a', both]]],
  [
    'our key names in a nested block',
    '[mfa]\ns3 =\n  aws_access_key_id = AKIA\n  region = x\nregion = y\n',
    [['mfa', { s3: '\naws_access_key_id = AKIA\nregion = x', region: 'y' }]],
    undefined,
    { s3: continued },
  ],
  [
    'a word in a nested block',
    '[mfa]\ns3 =\n  word\nregion = y\n',
    [['mfa', { s3: '\nword', region: 'y' }]],
    [3, 'the line is no key = value, but continues an empty value'],
    { s3: continued },
  ],
  [
    'two lines for Python in a nested block',
    '[mfa]\ns3 =\n  a = b\u2028word\n',
    [['mfa', { s3: '\na = b\u2028word' }]],
    [3, 'the line is no key = value, but continues an empty value'],
    { s3: continued },
  ],
  [
    'a continuation after our key',
    '[mfa]\naws_access_key_id = AKIA\n\n  # c\n  aws_secret_access_key = s\n',
    [['mfa', { aws_access_key_id: 'AKIA\naws_secret_access_key = s' }]],
    undefined,
    { aws_access_key_id: continued },
  ],
  [
    'an indented header after our key',
    '[a]\nregion = x\n [mfa]\nmfa_serial = y\n',
    [['a', { region: 'x\n[mfa]', mfa_serial: 'y' }]],
    [3, 'an indented [section] continues the value above it for the AWS CLI'],
    { region: continued },
  ],
  [
    'an indented empty header after our key',
    '[a]\nregion = x\n []\nmfa_serial = y\n',
    [['a', { region: 'x\n[]', mfa_serial: 'y' }]],
    [3, 'an indented [section] continues the value above it for the AWS CLI'],
    { region: continued },
  ],
  [
    'keys that are all indented',
    '[a]\n  region = x\n  mfa_serial = y\n',
    [['a', { region: 'x', mfa_serial: 'y' }]],
  ],
  [
    'an empty value among indented keys',
    '[a]\n  s3 =\n  region = x\nmfa_serial = y\n',
    [['a', { s3: '', region: 'x', mfa_serial: 'y' }]],
    undefined,
    { region: 'it is indented behind an empty value' },
  ],
  [
    'a value that is a comment for the SDK, among indented keys',
    '[a]\n  s3 = #\n  region = x\n',
    [['a', { s3: '#', region: 'x' }]],
    undefined,
    { s3: comment, region: 'it is indented behind an empty value' },
  ],
  [
    'upper-case keys',
    '[mfa]\nAWS_ACCESS_KEY_ID = AKIA\nRegion = x\n',
    [['mfa', { aws_access_key_id: 'AKIA', region: 'x' }]],
    undefined,
    { aws_access_key_id: 'its name is not in lower case', region: 'its name is not in lower case' },
  ],
  [
    'colons',
    '[mfa]\nregion: x\nmfa_serial:y\nrole_arn = a:b\nx:y = z\n',
    [['mfa', { region: 'x', mfa_serial: 'y', role_arn: 'a:b', x: 'y = z' }]],
    undefined,
    { region: colon, mfa_serial: colon, x: colon },
  ],
  [
    'inline comments',
    '[mfa]\naws_secret_access_key = s # c\nregion = x ;c\nmfa_serial = y#c\nx =#y\nz = #\n',
    [['mfa', { aws_secret_access_key: 's # c', region: 'x ;c', mfa_serial: 'y#c', x: '#y', z: '#' }]],
    undefined,
    { aws_secret_access_key: comment, region: comment, z: comment },
  ],
  [
    'an equals sign in the secret',
    '[mfa]\naws_secret_access_key=a=b=\n',
    [['mfa', { aws_secret_access_key: 'a=b=' }]],
  ],
  ['a key without a name', '[mfa]\n = x\n', [['mfa', {}]], [2, junk]],
  ['a word', '[mfa]\nword\nregion = x\n', [['mfa', { region: 'x' }]], [2, junk]],
  [
    'a key before a header',
    'region = x\n[mfa]\n',
    [['mfa', {}]],
    [1, 'the line stands before the first [section]'],
  ],
  [
    'names like ours',
    '[DEFAULT]\nregion = x\n[profile mfa]\n[mfa2]\n[MFA]\n',
    [
      ['DEFAULT', { region: 'x' }],
      ['profile mfa', {}],
      ['mfa2', {}],
      ['MFA', {}],
    ],
  ],
  [
    'two [DEFAULT]',
    '[DEFAULT]\nregion = x\n[DEFAULT]\noutput = y\n',
    [
      ['DEFAULT', { region: 'x' }],
      ['DEFAULT', { output: 'y' }],
    ],
  ],
  [
    'a key in two [DEFAULT]',
    '[DEFAULT]\nregion = x\n[a]\n[DEFAULT]\nregion = y\n',
    [
      ['DEFAULT', { region: 'x' }],
      ['a', {}],
      ['DEFAULT', { region: 'y' }],
    ],
    [5, 'region stands in [DEFAULT] a second time'],
  ],
  [
    '__proto__',
    `[__proto__]\nregion = x\n[mfa]\n${keys}`,
    [['__proto__', { region: 'x' }], mfa],
    [1, 'no tool in JavaScript can have a [__proto__]'],
  ],
  [
    'profile __proto__',
    `[mfa]\n${keys}[profile __proto__]\n`,
    [mfa, ['profile __proto__', {}]],
    [4, 'no tool in JavaScript can have a [profile __proto__]'],
  ],
  [
    'a key called __proto__',
    '[mfa]\n__proto__ = x\nregion = y\n',
    [['mfa', { ['__proto__']: 'x', region: 'y' }]],
  ],
  [
    'empty values with a stale token',
    '[mfa]\naws_access_key_id =\naws_secret_access_key =\naws_security_token = stale\n',
    [['mfa', { aws_access_key_id: '', aws_secret_access_key: '', aws_security_token: 'stale' }]],
  ],
  [
    'a line of 1 MB',
    `[mfa]\nregion = ${'x'.repeat(1_000_000)}\n`,
    [['mfa', { region: 'x'.repeat(1_000_000) }]],
  ],
  ['a gap of 1 MB', `[mfa]\nregion${' '.repeat(1_000_000)}= x\n`, [['mfa', { region: 'x' }]]],
]

export const nastyFiles: readonly NastyFile[] = rows.map(([name, content, reads, defect, disputed]) => ({
  name,
  bytes: typeof content === 'string' ? Buffer.from(content) : content,
  reads,
  ...(defect && { defect }),
  ...(disputed && { disputed }),
}))
