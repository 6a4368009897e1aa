// Reads one simulation a line from standard input and writes one result a line: the simulator's own word for it,
// and the context keys that it left out because its data does not know them for the action.
import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

async function answer(simulation) {
  try {
    const found = await runSimulation(simulation, {})
    if (found.resultType === 'error') return { outcome: `error: ${JSON.stringify(found.errors)}`, ignored: [] }
    return { outcome: found.overallResult, ignored: found.result?.ignoredContextKeys ?? [] }
  } catch (error) {
    return { outcome: `error: ${error.message}`, ignored: [] }
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
}
