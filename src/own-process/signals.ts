import { constants } from 'node:os'

type Handler = (signal: NodeJS.Signals) => void

/** Without a word of ours, a run that one of these ends would leave `eval` with an empty text, which succeeds. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** Those that a program which we have started may make something of. */
const passedSignals = [...endingSignals, 'SIGUSR1', 'SIGUSR2'] as const

/**
 * Has a handler get the signals that end this process, and lets none stop it: fish and nushell would wait, deaf, for what
 * it prints.
 * @returns what has another one get them, and those that a program may make something of, until it is called off
 */
export function handleSignals(interrupt: Handler): (handle: Handler) => () => void {
  const goOn = () => {}
  const begin = () => {
    for (const signal of endingSignals) process.on(signal, interrupt)
    process.on('SIGTSTP', goOn)
  }
  begin()
  return (handle) => {
    for (const signal of endingSignals) process.off(signal, interrupt)
    process.off('SIGTSTP', goOn)
    for (const signal of passedSignals) process.on(signal, handle)
    return () => {
      for (const signal of passedSignals) process.off(signal, handle)
      begin()
    }
  }
}

/** Ends as a child has: whoever waits for us is to see the same. */
export function endBy(signal: NodeJS.Signals): void {
  process.exitCode = 128 + constants.signals[signal]
  if (leavingCore.includes(signal)) return
  // Node.js ignores this one until it has been listened for.
  if (signal === 'SIGPIPE') process.once(signal, () => {})
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}

/** By one of these this process would leave a file with its memory, and the secrets in it: the status has to do. */
const leavingCore: readonly NodeJS.Signals[] = [
  'SIGQUIT',
  'SIGILL',
  'SIGTRAP',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGSEGV',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGSYS',
]
