'use strict';

// Runs the program in the README for Node, as it stands there.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const { promisify } = require('node:util');
const { samples } = require('./facts');
const { keyId, keySecret, start } = require('./harness');

test('README', async () => {
  const readme = fs.readFileSync(path.join(__dirname, '../../../README.md'), 'utf8');
  const programs = [...readme.matchAll(/\*\*tried\*\*\)\n\n```js\n([\s\S]*?)\n```/g)].map((m) => m[1]);
  assert.equal(programs.length, 1);
  const service = await start();
  try {
    const program = programs[0]
      .replaceAll('LTAI-YOUR-KEY', keyId).replaceAll('YOUR-SECRET', keySecret)
      .replaceAll('127.0.0.1:8080', service.addr)
      .replaceAll('https://example.com/movie.mp4', service.samples + samples[0]);
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { cwd: __dirname });
    const reply = JSON.parse(stdout);
    assert.equal(reply.MediaInfoJob.Status, 'Success');
    assert.ok(reply.MediaInfoJob.MediaInfoProperty.VideoStreamInfoList.length > 0);
  } finally {
    await service.stop();
  }
});
