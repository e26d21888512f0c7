// SPDX-License-Identifier: MIT
//
// The job API's own clients, driven over pipes: driver.mjs ENDPOINT KEY_ID KEY_SECRET
//
// A line in: {"client": "v3" | "v2" | "v2-form", "action", "query": {…}, "body": {…}}. A line out for
// each, in order: {"ok": true, "status", "body"} or {"ok": false, "status", "code", "message", "data"},
// as the client's caller would see it.
//
//   v3       @alicloud/openapi-core, as the current SDKs use it: parameters in the query
//   v2       @alicloud/pop-core with GET
//   v2-form  @alicloud/pop-core with POST and a form body
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(import.meta.url);
const { default: OpenApiClient, OpenApiUtil, $OpenApiUtil } = require('@alicloud/openapi-core');
const { RuntimeOptions } = require('@darabonba/typescript');
const { RPCClient } = require('@alicloud/pop-core');

const VERSION = '2020-11-09';
const [endpoint, accessKeyId, accessKeySecret] = process.argv.slice(2);

const core = new OpenApiClient(new $OpenApiUtil.Config({
  accessKeyId, accessKeySecret, endpoint, protocol: 'http', regionId: 'local',
}));
const pop = new RPCClient({
  accessKeyId, accessKeySecret, endpoint: `http://${endpoint}`, apiVersion: VERSION,
}, true);

async function callV3({ action, query = {}, body }) {
  const params = new $OpenApiUtil.Params({
    action, version: VERSION, protocol: 'HTTP', pathname: '/', method: 'POST', authType: 'AK', style: 'RPC',
    reqBodyType: 'formData', bodyType: 'json',
  });
  const request = new $OpenApiUtil.OpenApiRequest({
    query: OpenApiUtil.query(query), ...(body && { body }),
  });
  const answer = await core.callApi(params, request, new RuntimeOptions({}));
  return { ok: true, status: answer.statusCode, body: answer.body };
}

async function callV2({ action, query = {} }, method) {
  const [body, entry] = await pop.request(action, { ...query }, { method, formatParams: false });
  return { ok: true, status: entry.response.statusCode, body };
}

const clients = {
  v3: callV3,
  v2: (call) => callV2(call, 'GET'),
  'v2-form': (call) => callV2(call, 'POST'),
};

function refusal(error) {
  const status = error.statusCode ?? error.data?.statusCode ?? error.entry?.response?.statusCode;
  return { ok: false, status, code: error.code, message: error.message, data: error.data };
}

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line);
  const told = await clients[call.client](call).catch(refusal);
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
