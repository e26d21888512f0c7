// SPDX-License-Identifier: MIT
//
// OSS's official client, driven over pipes: oss.mjs
//
// A line in: {"as": {…}, "call": NAME, "args": […]}: the client's options, a method of it, and its arguments, of which
// {"$bytes": BASE64} is a Buffer. A line out for each, in order: {"ok": true, "status", "headers", "result"}, or
// {"ok": false, "status", "code", "message"}.
import dns from 'node:dns';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const OSS = require('ali-oss');

// As curl does by itself: *.localhost is this machine, whatever the resolver says.
const { lookup } = dns;
dns.lookup = (name, options, callback) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, options, callback);

function made(options) {
  const { stsToken, accessKeyId, accessKeySecret } = options;
  // It asks for a new token before the first request, and has to be told where from.
  return new OSS({ ...options, ...(stsToken && {
    refreshSTSToken: async () => ({ stsToken, accessKeyId, accessKeySecret }),
  }) });
}

const taken = (value) => (value?.$bytes === undefined ? value : Buffer.from(value.$bytes, 'base64'));

function told(answer) {
  if (typeof answer !== 'object' || answer === null) return { ok: true, result: answer };
  const { res, ...result } = answer;
  if (Buffer.isBuffer(result.content)) result.content = result.content.toString('base64');
  return { ok: true, status: res?.status, headers: res?.headers, result };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { as, call, args } = JSON.parse(line);
  const answer = await Promise.resolve(made(as)[call](...args.map(taken))).then(told, (error) => (
    { ok: false, status: error.status, code: error.code, message: error.message }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
