import { longTermSecret } from './answers.ts'
import { canaries } from './canary-home.ts'
import { tokenCode as code } from './harmless.ts'
import { bash, type LeakCase } from './leak-cases.ts'

/** Codes and secrets in the wrong place, and what else a user may have set up wrongly. */
const strayWords = [
  ...['init', 'status', 'exec', 'credential-process', 'devices', 'forget', 'completion', 'help'],
  ...['-p', '-s', '-d', '--region', '--serial-number', '--endpoint-url', '--min-remaining'],
]

const misplaced: readonly LeakCase[] = [
  ...strayWords.map((word) => ({ name: `a code for ${word}`, words: [word, code], status: 2 })),
  { name: 'two codes', words: [...bash, code, code], status: 2 },
  { name: 'a code with a digit more', words: [...bash, `${code}0`], status: 2 },
  { name: 'a code in two words', words: [...bash, code.slice(0, 3), code.slice(3)], status: 2 },
  { name: 'a code as an option', words: [...bash, `--${code}`], status: 2 },
  { name: 'a code as a short option', words: [...bash, `-${code}`], status: 2 },
  { name: 'a code for a flag', words: [...bash, `--new=${code}`], status: 2 },
  { name: 'a secret for a code', words: [...bash, longTermSecret], status: 2 },
  { name: 'a secret for a command', words: ['exec', '--token-code', code, longTermSecret], status: 127 },
  { name: 'a secret for a shell', words: ['-s', longTermSecret, code], status: 2 },
  { name: 'a secret for a region', words: [...bash, '--region', longTermSecret, code], status: 2 },
  { name: 'a secret for a duration', words: [...bash, '-d', longTermSecret, code], status: 2 },
  {
    name: 'a secret for a device',
    words: [...bash, '--serial-number', `${longTermSecret} x`, code],
    status: 2,
  },
  { name: 'no code on stdin', words: [...bash, '-'], input: `${longTermSecret}\n`, status: 2 },
]

const badSettings: readonly LeakCase[] = [
  {
    name: 'a secret without its equals sign',
    words: [...bash, code],
    environment: { AWS_SHARED_CREDENTIALS_FILE: 'FOLDER/junk' },
    status: 6,
  },
  { name: 'a command that gives broken keys', words: [...bash, '-p', 'babble', code], status: 6 },
  {
    name: 'a command that gives a secret for a code',
    words: [...bash, '--mfa-process', 'cat FOLDER/vault.json'],
    status: 6,
  },
  {
    name: 'a command that gives two codes',
    words: [...bash, '--mfa-process', `echo ${code} 111111`],
    status: 6,
  },
  { name: 'a command that fails', words: [...bash, '--mfa-process', `echo ${code}; exit 3`], status: 6 },
  {
    name: 'a password in an endpoint',
    words: [...bash, code],
    environment: { AWS_ENDPOINT_URL: `https://me:${canaries["the proxy's password"]}@localhost:1` },
    status: 6,
  },
  {
    name: 'a password in a proxy that is away',
    words: [...bash, '--debug', code],
    environment: {
      AWS_ENDPOINT_URL: 'https://sts.example',
      HTTPS_PROXY: `http://me:${canaries["the proxy's password"]}@127.0.0.1:1`,
    },
    status: 5,
  },
  {
    name: 'a password in no proxy',
    words: [...bash, '--debug', code],
    environment: {
      AWS_ENDPOINT_URL: 'https://sts.example',
      HTTPS_PROXY: `http://me:${canaries["the proxy's password"]}@%:1`,
    },
    status: 6,
  },
  {
    name: 'a secret in the place of a key id',
    words: [...bash, '--debug', code],
    environment: { AWS_ACCESS_KEY_ID: longTermSecret, AWS_SECRET_ACCESS_KEY: 'AKIACANARY0123456789' },
    status: 6,
  },
  {
    name: 'a key id without its secret',
    words: [...bash, code],
    environment: { AWS_SECRET_ACCESS_KEY: longTermSecret },
    status: 6,
  },
  {
    name: 'a profile that cannot be saved over',
    words: ['save', '--to', 'vault', '--debug', code],
    status: 6,
  },
  {
    name: 'a file that cannot be saved to',
    words: ['save', '--debug', code],
    environment: {
      AWS_SHARED_CREDENTIALS_FILE: '/proc/self/credentials',
      AWS_ACCESS_KEY_ID: 'AKIACANARY0123456789',
      AWS_SECRET_ACCESS_KEY: longTermSecret,
    },
    status: 1,
  },
  {
    name: 'a bug',
    words: [...bash, code],
    environment: {
      NODE_OPTIONS:
        '--require=FOLDER/bug.cjs --report-uncaught-exception --report-on-fatalerror --report-directory=FOLDER/tmp',
      BUN_OPTIONS: '--preload=FOLDER/bug.cjs',
    },
    status: 1,
  },
]

export const userMistakes: readonly LeakCase[] = [...misplaced, ...badSettings]
