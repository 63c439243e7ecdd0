'use strict';

// A running server with an empty data folder, a place that serves samples to it, and a recorder
// of what clients send. Everything is on loopback.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const root = path.join(__dirname, '../../..');
const media = path.join(root, 'testdata/media');
const keyId = 'LTAIsdkTestKeyForLoopback';
const keySecret = 'sdkTestSecretForLoopback000000';

let built;

// binary is the server to test: MEDIAGAUGE_BIN, or one built from this repository.
function binary() {
  if (process.env.MEDIAGAUGE_BIN) return process.env.MEDIAGAUGE_BIN;
  if (!built) {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediagauge-sdk-'));
    process.on('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
    built = path.join(dir, 'mediagauge');
    execFileSync('go', ['build', '-o', built, './cmd/mediagauge'], {
      cwd: root, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'inherit',
    });
  }
  return built;
}

function listen(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

// serveSample answers whole files and single ranges, which is what the server asks for.
function serveSample(request, reply) {
  const file = path.join(media, 'files', path.basename(decodeURIComponent(request.url)));
  if (!fs.existsSync(file)) {
    reply.writeHead(404).end();
    return;
  }
  const bytes = fs.readFileSync(file);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range || '');
  let [from, to] = [0, bytes.length - 1];
  if (range && range[1] !== '') {
    from = Number(range[1]);
    if (range[2] !== '') to = Math.min(to, Number(range[2]));
  } else if (range) {
    from = Math.max(0, bytes.length - Number(range[2]));
  }
  const headers = { 'Accept-Ranges': 'bytes', 'Content-Type': 'application/octet-stream', ETag: `"${bytes.length}"` };
  if (range && (from > to || from >= bytes.length)) {
    reply.writeHead(416, { ...headers, 'Content-Range': `bytes */${bytes.length}` }).end();
    return;
  }
  if (range) headers['Content-Range'] = `bytes ${from}-${to}/${bytes.length}`;
  headers['Content-Length'] = to - from + 1;
  reply.writeHead(range ? 206 : 200, headers);
  reply.end(request.method === 'HEAD' ? undefined : bytes.subarray(from, to + 1));
}

// start runs a server. stop drains it and wants it to end well.
async function start() {
  const files = http.createServer(serveSample);
  const port = await listen(files);
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'mediagauge-data-'));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MEDIAGAUGE_')));
  const child = spawn(binary(), ['serve', '--listen', '127.0.0.1:0', '--data-dir', dataDir], {
    env: {
      ...env, MEDIAGAUGE_ACCESS_KEY_ID: keyId, MEDIAGAUGE_ACCESS_KEY_SECRET: keySecret,
      MEDIAGAUGE_SOURCE_ALLOW: `127.0.0.1/32:${port}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => { log += chunk; });
  const ended = new Promise((resolve) => { child.once('close', (code, signal) => resolve({ code, signal })); });
  const addr = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the server does not listen after 30 s')), 30_000);
    const done = (settle, value) => { clearTimeout(timer); settle(value); };
    child.once('error', (err) => done(reject, err));
    ended.then(() => done(reject, new Error(`the server ended before it listened: ${log}`)));
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^listening on http:\/\/(\S+)$/.exec(line);
      if (url) done(resolve, url[1]);
    });
  });
  return {
    addr,
    samples: `http://127.0.0.1:${port}/`,
    async stop() {
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), 45_000);
      const end = await ended;
      clearTimeout(kill);
      files.closeAllConnections();
      files.close();
      fs.rmSync(dataDir, { recursive: true, force: true });
      assert.deepEqual(end, { code: 0, signal: null }, log.slice(-4000));
      assert.ok(!log.includes(keySecret), "the server's log tells the secret");
    },
  };
}

// record forwards connections to target and keeps what clients sent.
async function record(target) {
  const [host, port] = target.split(':');
  const sent = [];
  const server = net.createServer((client) => {
    const chunks = [];
    sent.push(chunks);
    const upstream = net.connect(Number(port), host);
    client.on('data', (chunk) => { chunks.push(chunk); upstream.write(chunk); });
    upstream.on('data', (chunk) => client.write(chunk));
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  server.unref();
  const listening = await listen(server);
  return {
    addr: `127.0.0.1:${listening}`,
    close: () => server.close(),
    raw() {
      assert.equal(sent.length, 1, 'connections recorded');
      return Buffer.concat(sent[0]);
    },
  };
}

// replay sends raw bytes and returns status and body of the reply.
function replay(target, raw) {
  const [host, port] = target.split(':');
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = net.connect(Number(port), host, () => socket.write(raw));
    socket.setTimeout(30_000, () => socket.destroy(new Error('no reply after 30 s')));
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text);
      const body = text.slice(text.indexOf('\r\n\r\n') + 4);
      if (length && Buffer.byteLength(body) >= Number(length[1])) {
        socket.destroy();
        resolve({ status: Number(text.split(' ')[1]), body: JSON.parse(body) });
      }
    });
  });
}

module.exports = { keyId, keySecret, media, record, replay, start };
