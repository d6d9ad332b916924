/** How often each thing is tried: a share of it in `npm run test:all`, all of it in `npm run test:faults`. */
const table = {
  kills: { share: 30, all: 1000 },
  damagedRuns: { share: 20, all: 60 },
  callsToKillAt: { share: 2, all: 7 },
  callsAtOnce: { share: 20, all: 200 },
  statusCalls: { share: 50, all: 10_000 },
  sections: { share: 10_000, all: 100_000 },
  savers: { share: 6, all: 50 },
  savesEach: { share: 3, all: 20 },
  savesEachAlone: { share: 2, all: 4 },
  nastyFiles: { share: 5, all: Number.POSITIVE_INFINITY },
  generatedPairs: { share: 1500, all: 100_000 },
  generatedPairsWithForeignLines: { share: 400, all: 10_000 },
  generatedPlainPairs: { share: 400, all: 10_000 },
  pairsReadByOthers: { share: 1500, all: 20_000 },
  pairsResolvedByOthers: { share: 800, all: 3000 },
  endlessAnswers: { share: 4, all: 6 },
  // Steps: one in so many is tried.
  bytesBetweenCuts: { share: 19, all: 1 },
  shellCutStep: { share: 3, all: 1 },
  leakCaseStep: { share: 4, all: 1 },
  shellStrings: { share: 300, all: 10_000 },
  fuzzedCommandLines: { share: 1000, all: 50_000 },
  fuzzedRuns: { share: 300, all: 5000 },
  fuzzedFiles: { share: 250, all: 20_000 },
  fuzzedAnswers: { share: 300, all: 5000 },
  fuzzedOutputs: { share: 60, all: 2000 },
  fuzzedRecords: { share: 300, all: 30_000 },
  // Milliseconds for each fuzzer, whatever it has tried by then.
  fuzzingTime: { share: 20_000, all: 300_000 },
} as const

type Name = keyof typeof table

const isFull = process.env['FAULTS'] === 'full'

export const counts = Object.fromEntries(
  Object.entries(table).map(([name, { share, all }]) => [name, isFull ? all : share]),
) as Readonly<Record<Name, number>>
