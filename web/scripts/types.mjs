// Writes src/api/schema.ts from the OpenAPI document on the standard input. What every
// operation may answer besides success is one shape, and who calls is the client's matter:
// both are left out, which makes the file a fifth as long.
import { readFile, writeFile } from 'node:fs/promises'
import openapi, { astToString } from 'openapi-typescript'

const document = JSON.parse(await readFile('/dev/stdin', 'utf8'))
for (const path of Object.values(document.paths)) {
  for (const operation of Object.values(path)) {
    for (const status of Object.keys(operation.responses ?? {})) {
      if (!/^[23]/.test(status)) delete operation.responses[status]
    }
    operation.parameters = operation.parameters?.filter(p => p.in !== 'header' || p.name === 'If-Match')
  }
}
// The contract's library cannot say of an object that it may be null; these may be.
const mayBeNull = new Set([
  'assignee', 'author', 'by', 'created_by', 'decided_by', 'holder', 'last_touch', 'learned', 'linked', 'load', 'oidc', 'outside', 'person',
  'representative', 'thread', 'wave',
])
for (const schema of Object.values(document.components.schemas)) {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.$ref && mayBeNull.has(name)) schema.properties[name] = { anyOf: [{ $ref: property.$ref }, { type: 'null' }] }
  }
}
const types = astToString(await openapi(document, { rootTypes: true, rootTypesNoSchemaPrefix: true }))
await writeFile(new URL('../src/api/schema.ts', import.meta.url), '// Generated from the contract by scripts/types.mjs.\n' + types)
