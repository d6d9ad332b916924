import { fileURLToPath } from 'node:url'

/** The few things that scripts for every shell have to say; each is one statement without an end. */
export interface Syntax {
  /** The command of these words, whatever they contain. */
  command(...words: string[]): string
  /** Evaluates a command's stdout as the README documents. */
  evaluate(command: string): string
  /** Defines the wrapper from its file, as the README documents it for the output of `init`. */
  load(file: string): string
  print(text: string): string
  /** Runs the second statement only if the first fails. */
  otherwise(statement: string, fallback: string): string
  /** Prints 0 if the statement just before succeeded, else a number or text that is not "0". */
  readonly printStatus: string
  /** A child writes its environment to the file, for `readEnvironment`. */
  dumpEnvironment(file: string): string
}

const dumper = fileURLToPath(new URL('dump-environment.mjs', import.meta.url))

const singleQuoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

const bourneCommand = (...words: string[]) => words.map(singleQuoted).join(' ')

export const bourneSyntax: Syntax = {
  command: bourneCommand,
  evaluate: (command) => `eval "$(${command})"`,
  load: (file) => `. ${singleQuoted(file)}`,
  print: (text) => `echo ${singleQuoted(text)}`,
  otherwise: (statement, fallback) => `${statement} || ${fallback}`,
  printStatus: 'echo "$?"',
  // Node.js would lose bytes that are not UTF-8.
  dumpEnvironment: (file) => `env -0 >${singleQuoted(file)}`,
}

const fishQuoted = (word: string) => `'${word.replace(/['\\]/g, '\\$&')}'`

export const fishSyntax: Syntax = {
  command: (...words) => words.map(fishQuoted).join(' '),
  evaluate: (command) => `${command} | source`,
  load: (file) => `source ${fishQuoted(file)}`,
  print: (text) => `echo ${fishQuoted(text)}`,
  otherwise: (statement, fallback) => `${statement}; or ${fallback}`,
  printStatus: 'echo $status',
  dumpEnvironment: (file) => `env -0 >${fishQuoted(file)}`,
}

const powershellQuoted = (word: string) => `'${word.replace(/['‘’‚‛]/g, '$&$&')}'`

const powershellCommand = (...words: string[]) => `& ${words.map(powershellQuoted).join(' ')}`

export const powershellSyntax: Syntax = {
  command: powershellCommand,
  evaluate: (command) => `Invoke-Expression "$(${command})"`,
  load: (file) => `. ${powershellQuoted(file)}`,
  print: powershellQuoted,
  otherwise: (statement, fallback) => `try { ${statement} } catch { ${fallback} }`,
  printStatus: 'if ($?) { 0 } else { 1 }',
  dumpEnvironment: (file) => powershellCommand(process.execPath, dumper, file),
}

// In these shells a quoted word is no alias's or function's name.
const bare = (word: string) => /^[\w-]+$/.test(word)

const tcshQuoted = (word: string) =>
  `'${word.replace(/['!\n]/g, (special) => (special === "'" ? "'\\''" : `\\${special}`))}'`

const tcshCommand = (head: string, ...words: string[]) =>
  [bare(head) ? head : tcshQuoted(head), ...words.map(tcshQuoted)].join(' ')

export const tcshSyntax: Syntax = {
  command: tcshCommand,
  evaluate: (command) => `eval "\`${command}\`"`,
  load: (file) => `alias awsmfa 'source ${file} awsmfa \\!*'`,
  print: (text) => `echo ${tcshQuoted(text)}`,
  otherwise: (statement, fallback) => `${statement} || ${fallback}`,
  printStatus: 'echo $status',
  dumpEnvironment: (file) => `env -0 >${tcshQuoted(file)}`,
}

const elvishQuoted = (word: string) => `'${word.replaceAll("'", "''")}'`

export const elvishSyntax: Syntax = {
  command: (head, ...words) => [bare(head) ? head : elvishQuoted(head), ...words.map(elvishQuoted)].join(' '),
  evaluate: (command) => `eval (${command} | slurp)`,
  load: (file) => `var awsmfa~ = (eval (slurp <${elvishQuoted(file)}))`,
  print: (text) => `echo ${elvishQuoted(text)}`,
  otherwise: (statement, fallback) => `try { ${statement} } catch e { ${fallback} }`,
  printStatus: 'echo 0',
  dumpEnvironment: (file) => `env -0 >${elvishQuoted(file)}`,
}

// Python reads JSON's texts, but for halves of surrogate pairs.
const xonshCommand = (...words: string[]) => `@([${words.map((word) => JSON.stringify(word)).join(', ')}])`

export const xonshSyntax: Syntax = {
  command: xonshCommand,
  // Not by `$(…)`, which now and then gives an empty text, on a busy machine one time in twenty.
  evaluate: (command) =>
    `execx(__import__('subprocess').run(${command.slice(2, -1)}, stdout=-1, env=\${...}.detype()).stdout.decode())`,
  load: (file) => `source ${JSON.stringify(file)}`,
  // At once, or it would come behind what children print.
  print: (text) => `print(${JSON.stringify(text)}, flush=True)`,
  otherwise: (statement, fallback) => `try:\n    ${statement}\nexcept Exception as e:\n    ${fallback}`,
  printStatus: 'print(0, flush=True)',
  dumpEnvironment: (file) => `env -0 > ${JSON.stringify(file)}`,
}

const nuQuoted = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`

export const nuSyntax: Syntax = {
  command: (head, ...words) => [bare(head) ? head : `^${nuQuoted(head)}`, ...words.map(nuQuoted)].join(' '),
  evaluate: (command) => `${command} | from json | load-env`,
  load: (file) => `source ${nuQuoted(file)}`,
  print: (text) => `print ${nuQuoted(text)}`,
  otherwise: (statement, fallback) => `try { ${statement} } catch {|e| ${fallback} }`,
  printStatus: 'print 0',
  dumpEnvironment: (file) => `^env -0 out> ${nuQuoted(file)}`,
}
