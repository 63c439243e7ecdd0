'use strict';

// The vendor's clients, each in the ways in which it can be used. connect returns a function
// that does a call and gives the decoded reply. Its error is an ApiError when the client gave an
// error of its own kind, and anything else otherwise.

const PopCore = require('@alicloud/pop-core');
const OpenApi = require('@alicloud/openapi-client');

const apiVersion = '2020-11-09';

class ApiError extends Error {
  constructor(code, message, status, data) {
    super(`${status} ${code}: ${message}`);
    Object.assign(this, { code, text: message, status, data });
  }
}

// pop-core signs V1 and ignores the HTTP status: an error is a body with a Code.
function popCore(method) {
  return (addr, accessKeyId, accessKeySecret, securityToken) => async ({ action, params = {}, version = apiVersion, stamp }) => {
    const client = new PopCore({ accessKeyId, accessKeySecret, securityToken, endpoint: `http://${addr}`, apiVersion: version });
    const all = { RegionId: 'cn-shanghai', ...params, ...(stamp ? { Timestamp: stamp } : {}) };
    try {
      return await client.request(action, all, { method });
    } catch (err) {
      if (!err.data || err.name !== `${err.code}Error`) throw err;
      throw new ApiError(err.code, err.data.Message, err.entry.response.statusCode, err.data);
    } finally {
      client.keepAliveAgent.destroy();
    }
  };
}

// openapi-client is the core under every generated Node SDK. algorithm undefined signs V3, 'v2'
// signs V1.
function openApi(signatureAlgorithm, inBody) {
  return (addr, accessKeyId, accessKeySecret, securityToken) => {
    const client = new OpenApi.default(new OpenApi.Config({
      accessKeyId, accessKeySecret, securityToken, endpoint: addr, protocol: 'HTTP', regionId: 'cn-shanghai', signatureAlgorithm,
    }));
    return async ({ action, params = {}, version = apiVersion, stamp }) => {
      const call = new OpenApi.Params({
        action, version, protocol: 'HTTP', method: 'POST', pathname: '/', authType: 'AK', style: 'RPC',
        reqBodyType: 'formData', bodyType: 'json',
      });
      const request = new OpenApi.OpenApiRequest({ query: inBody ? {} : { ...params }, headers: {} });
      if (inBody) request.body = params;
      if (stamp && signatureAlgorithm) request.query.Timestamp = stamp;
      if (stamp && !signatureAlgorithm) request.headers['x-acs-date'] = stamp;
      try {
        return (await client.callApi(call, request, {})).body;
      } catch (err) {
        if (!err.data || !err.code) throw err;
        if (!err.message.includes(err.data.Message)) throw new Error(`message ${err.message} lacks the server's`);
        throw new ApiError(err.code, err.data.Message, err.data.statusCode, err.data);
      }
    };
  };
}

const clients = [
  { name: 'pop-core GET', connect: popCore('GET') },
  { name: 'pop-core POST', connect: popCore('POST') },
  { name: 'openapi-client V3 query', connect: openApi(undefined, false) },
  { name: 'openapi-client V3 body', connect: openApi(undefined, true) },
  { name: 'openapi-client V1 query', connect: openApi('v2', false) },
  { name: 'openapi-client V1 body', connect: openApi('v2', true) },
];

module.exports = { ApiError, clients };
