// Measures @cloud-copilot/iam-simulate, as a process of its own, on the policies that standard input brings.
import { runSimulation } from '@cloud-copilot/iam-simulate'

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const task = JSON.parse(Buffer.concat(chunks).toString())

function simulation(principal, action, variables) {
  return {
    request: {
      principal,
      action,
      resource: { resource: task.key, accountId: task.account },
      contextVariables: { 'aws:RequestedRegion': 'us-west-2', 'aws:SecureTransport': 'true', ...variables }
    },
    identityPolicies: principal === task.session ? task.identityPolicies.map((policy, n) => ({ name: `p${n}`, policy })) : [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: task.keyPolicy
  }
}

async function seconds(run) {
  const times = []
  for (let round = 0; round < 3; round++) {
    const start = process.cpuUsage()
    await run()
    const used = process.cpuUsage(start)
    times.push((used.user + used.system) / 1e6)
  }
  return times.sort((a, b) => a - b)[1]
}

const first = await runSimulation(simulation(task.session, 'kms:Decrypt', { 'kms:EncryptionContext:app': 'payments' }), {})
if (first.resultType === 'error' || first.overallResult !== 'Allowed') throw new Error(`unexpected: ${first.overallResult}`)
const count = 2000
const asked = Array.from({ length: count }, (_, n) =>
  simulation(task.session, 'kms:Decrypt', { 'kms:EncryptionContext:app': n % 3 ? 'payments' : `other-${n}`, 'aws:SourceIp': '10.0.0.1' })
)
const rate = count / (await seconds(async () => { for (const one of asked) await runSimulation(one, {}) }))
const matrix = await seconds(async () => {
  for (let n = 0; n < 100; n++) {
    const principal = `arn:aws:sts::${task.account}:assumed-role/role-${n}/session`
    for (const action of task.actions) await runSimulation(simulation(principal, action, {}), {})
  }
})
process.stdout.write(JSON.stringify({ rate, matrix, memory: process.memoryUsage().heapUsed / 2 ** 20 }))
