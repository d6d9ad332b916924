import { answerBash } from './bash.ts'
import type { Completion } from './complete.ts'
import { answerFish } from './fish.ts'
import { answerPowerShell } from './powershell.ts'
import { answerZsh } from './zsh.ts'

/** What a script's question, in words of its own, is answered with: one line a candidate, ready for that shell. */
type Answer = (question: readonly string[], complete: (words: readonly string[]) => Completion) => string

/** The file in shells/ for each shell that has completions, and what it is told. */
export const completedShells = {
  bash: { file: 'completion.bash', answer: answerBash },
  zsh: { file: 'completion.zsh', answer: answerZsh },
  fish: { file: 'completion.fish', answer: answerFish },
  powershell: { file: 'completion.ps1', answer: answerPowerShell },
} as const satisfies Readonly<Record<string, { file: string; answer: Answer }>>
