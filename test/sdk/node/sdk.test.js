'use strict';

// Runs the vendor's own Node clients, unmodified and pinned, against the built server.

const assert = require('node:assert/strict');
const { setTimeout: pause } = require('node:timers/promises');
const test = require('node:test');
const { ApiError, clients } = require('./clients');
const { broken, checkFacts, samples } = require('./facts');
const { keyId, keySecret, record, replay, start } = require('./harness');

const awkward = 'Zürich <视频> 1+1=2 ~*!\'() & % "q" \\ /';
const absent = '0'.repeat(32);

const input = (url) => JSON.stringify({ Type: 'OSS', Media: url });
const stampAt = (ms) => new Date(Date.now() + ms).toISOString().replace(/\.\d+Z$/, 'Z');

for (const { name, connect } of clients) {
  test(name, async (t) => {
    const service = await start();
    const call = connect(service.addr, keyId, keySecret);
    const ok = async (action, params) => {
      const reply = await call({ action, params });
      assert.ok(reply.RequestId, `${action}: no RequestId`);
      return reply;
    };
    const suite = { service, connect, call, ok };
    try {
      // In this order: the first three leave jobs that the list then finds.
      await t.test('submit', () => submit(suite));
      await t.test('sync', () => sync(suite));
      await t.test('fail', () => fail(suite));
      await t.test('list', () => list(suite));
      await t.test('pipelines', () => pipelines(suite));
      await t.test('errors', () => errors(suite));
      await t.test('keys', () => keys(suite));
      await t.test('surroundings', () => surroundings(suite));
      await t.test('users', () => users(suite));
      await t.test('older product', () => older(suite));
      await t.test('timestamp', () => timestamps(suite));
      await t.test('replay', () => replays(suite));
    } finally {
      await service.stop();
    }
  });
}

// finished polls until the job has ended.
async function finished({ ok }, id) {
  for (const end = Date.now() + 60_000; Date.now() < end; await pause(50)) {
    const job = (await ok('GetMediaInfoJob', { JobId: id })).MediaInfoJob;
    if (job.Status !== 'Init') return job;
  }
  throw new Error(`job ${id} has not ended after 60 s`);
}

async function submit(suite) {
  const ids = {};
  for (const sample of samples) {
    const media = suite.service.samples + sample;
    const { MediaInfoJob: job } = await suite.ok('SubmitMediaInfoJob', {
      Input: input(media), Name: awkward, UserData: `${awkward}\n`, ScheduleConfig: JSON.stringify({ Priority: 9 }),
    });
    assert.equal(job.Name, awkward);
    assert.equal(job.UserData, `${awkward}\n`);
    assert.equal(job.TriggerSource, 'API');
    assert.strictEqual(job.Async, true);
    assert.deepEqual({ ...job.Input }, { Type: 'OSS', Media: media });
    assert.strictEqual(job.ScheduleConfig.Priority, 9);
    assert.ok(job.ScheduleConfig.PipelineId);
    assert.equal(typeof job.SubmitResultJson, 'object');
    ids[sample] = job.JobId;
  }
  for (const sample of samples) {
    const job = await finished(suite, ids[sample]);
    assert.equal(job.Status, 'Success', JSON.stringify(job));
    assert.equal(job.JobId, ids[sample]);
    for (const key of ['SubmitTime', 'FinishTime']) {
      assert.match(job[key], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.ok(Math.abs(Date.now() - Date.parse(job[key])) < 5 * 60_000, `${key} is ${job[key]}`);
    }
    checkFacts(sample, job.MediaInfoProperty);
  }
}

async function sync({ ok, service }) {
  const { MediaInfoJob: job } = await ok('SubmitSyncMediaInfoJob', { Input: input(service.samples + samples[0]) });
  assert.equal(job.Status, 'Success', JSON.stringify(job));
  assert.strictEqual(job.Async, false);
  checkFacts(samples[0], job.MediaInfoProperty);
}

async function fail(suite) {
  for (const [media, code] of [['no-such-file.mp4', 'SourceNotFound'], [broken, undefined]]) {
    const { MediaInfoJob: { JobId: id } } = await suite.ok('SubmitMediaInfoJob', { Input: input(suite.service.samples + media) });
    const job = await finished(suite, id);
    assert.equal(job.Status, 'Fail', JSON.stringify(job));
    assert.ok(job.SubmitResultJson.Code && job.SubmitResultJson.Message, JSON.stringify(job));
    if (code) assert.equal(job.SubmitResultJson.Code, code);
    assert.equal(job.MediaInfoProperty, undefined);
  }
}

async function listAll({ ok }, filter, want) {
  const ids = [];
  const params = { ...filter };
  for (let page = 0; ; page += 1) {
    const reply = await ok('ListMediaInfoJobs', params);
    assert.ok(Array.isArray(reply.Jobs), 'Jobs is no list');
    ids.push(...reply.Jobs.map((job) => job.JobId));
    if (!reply.NextPageToken) break;
    assert.equal(reply.Jobs.length, Number(filter.PageSize || 10), 'size of a page that is not the last');
    assert.ok(page <= want, 'too many pages');
    params.NextPageToken = reply.NextPageToken;
  }
  assert.equal(new Set(ids).size, ids.length, 'a job is listed twice');
  assert.equal(ids.length, want, `jobs with ${JSON.stringify(filter)}`);
  return ids;
}

// list pages through all jobs: each once, in order, both ways, with and without filters.
async function list(suite) {
  const want = samples.length + 3; // of the tests before
  const newest = await listAll(suite, { PageSize: '4' }, want);
  const oldest = await listAll(suite, { PageSize: '3', OrderBy: 'CreateTimeAsc' }, want);
  assert.deepEqual(newest, oldest.reverse());
  await listAll(suite, { PageSize: '2', Status: 'Success' }, want - 2);
  await listAll(suite, { PageSize: '1', Status: 'Fail' }, 2);
  await listAll(suite, {}, want);
  assert.deepEqual(await listAll(suite, { JobId: newest[3] }, 1), [newest[3]]);
  await listAll(suite, { StartOfCreateTime: stampAt(-3_600_000), EndOfCreateTime: stampAt(3_600_000) }, want);
  await listAll(suite, { StartOfCreateTime: stampAt(3_600_000) }, 0);
  await listAll(suite, { EndOfCreateTime: stampAt(-3_600_000) }, 0);
}

async function pipelines(suite) {
  const { ok, service } = suite;
  const names = async (params) => (await ok('ListPipelines', params)).PipelineList.map((p) => p.Name);
  assert.deepEqual(await names(), ['default']);
  const { Pipeline: made } = await ok('CreatePipeline', { Name: awkward, Speed: 'Boost', Priority: '3' });
  const PipelineId = made.PipelineId;
  const is = (p, Name, Priority, Status) => {
    assert.deepEqual(
      { PipelineId: p.PipelineId, Name: p.Name, Speed: p.Speed, Priority: p.Priority, Status: p.Status },
      { PipelineId, Name, Speed: 'Boost', Priority, Status },
    );
    assert.ok(p.CreateTime && p.ModifiedTime);
  };
  const get = async () => (await ok('GetPipeline', { PipelineId })).Pipeline;
  is(made, awkward, 3, 'Active');
  is(await get(), awkward, 3, 'Active');
  assert.deepEqual((await names()).sort(), [awkward, 'default'].sort());
  assert.deepEqual(await names({ Speed: 'Boost' }), [awkward]);
  const update = async (params) => {
    assert.strictEqual((await ok('UpdatePipeline', { PipelineId, ...params })).Success, true);
  };
  await update({ Name: 'other', Priority: '8', Status: 'Paused' });
  is(await get(), 'other', 8, 'Paused');

  // A paused pipeline takes jobs and runs none; they run once it is active again.
  const good = input(service.samples + samples[0]);
  const { MediaInfoJob: held } = await ok('SubmitMediaInfoJob', { Input: good, ScheduleConfig: JSON.stringify({ PipelineId }) });
  await ok('SubmitSyncMediaInfoJob', { Input: good }); // another one passes it
  const { MediaInfoJob: waiting } = await ok('GetMediaInfoJob', { JobId: held.JobId });
  assert.equal(waiting.Status, 'Init');
  assert.strictEqual(waiting.ScheduleConfig.Priority, 8);
  await update({ Status: 'Active' });
  assert.equal((await finished(suite, held.JobId)).Status, 'Success');

  assert.strictEqual((await ok('DeletePipeline', { PipelineId })).Success, true);
  await refused(suite.call({ action: 'GetPipeline', params: { PipelineId } }), 'ResourceNotFound', 404, PipelineId);
  assert.deepEqual(await names(), ['default']);
}

// refused wants the client's own error with this code, status and a part of the message.
async function refused(promise, code, status, message = '') {
  const err = await promise.then((reply) => assert.fail(`no error, but ${JSON.stringify(reply)}; want ${code}`), (e) => e);
  if (!(err instanceof ApiError)) throw err;
  assert.equal(err.code, code, err.message);
  assert.equal(err.status, status, err.message);
  assert.ok(err.text.includes(message), `${err.message} lacks ${message}`);
  assert.ok(err.data.RequestId && err.data.HostId && err.data.Recommend, JSON.stringify(err.data));
  return err;
}

// surroundings drives what stands around the job.
async function surroundings({ ok, call, service }) {
  const url = service.samples + samples[0];
  const { MediaId } = await ok('RegisterMediaInfo', { InputURL: url, Title: 't', MediaTags: 'a,b' });
  for (const end = Date.now() + 60_000; ; await pause(50)) {
    const { MediaInfo } = await ok('GetMediaInfo', { MediaId });
    if (MediaInfo.MediaBasicInfo.Status === 'Normal') {
      assert.equal(MediaInfo.FileInfoList.length, 1);
      break;
    }
    assert.ok(Date.now() < end);
  }
  await ok('UpdateMediaInfo', { MediaId, Title: 'new' });
  assert.equal((await ok('ListMediaBasicInfos', { MaxResults: '1' })).TotalCount, 1);
  assert.deepEqual((await ok('BatchGetMediaInfos', { MediaIds: `${MediaId},${absent}` })).IgnoredList, [absent]);
  await refused(call({ action: 'RegisterMediaInfo', params: { InputURL: url } }), 'InvalidParameter', 400, MediaId);
  await refused(call({ action: 'GetMediaInfo', params: { MediaId: absent } }), 'ResourceNotFound', 404, absent);
  assert.deepEqual((await ok('DeleteMediaInfos', { MediaIds: MediaId })).IgnoredList, []);

  await ok('AddStorage', { Bucket: 'clips', Endpoint: 'https://oss.example.com' });
  assert.equal((await ok('GetStorageList')).StorageInfoList.length, 1);
  await ok('SetDefaultStorageLocation', { StorageType: 'user_oss_bucket', Bucket: 'clips', Path: 'p/' });
  assert.equal((await ok('GetDefaultStorageLocation')).Bucket, 'clips');
  await ok('RemoveStorage', { Bucket: 'clips' });
  await refused(call({ action: 'RemoveStorage', params: { Bucket: 'clips' } }), 'ResourceNotFound', 404, 'clips');

  const callback = { CallbackType: 'HTTP', CallbackURL: 'http://127.0.0.1:9/hook', EventTypeList: 'VideoAnalysisComplete', AuthSwitch: 'on', AuthKey: 'TestKey001' };
  await ok('SetEventCallback', callback);
  const set = await ok('GetEventCallback');
  for (const [name, value] of Object.entries(callback)) assert.equal(set[name], value);
  await refused(call({ action: 'SetEventCallback', params: { CallbackType: 'HTTP' } }), 'MissingParameter', 400, '"CallbackURL"');
  await ok('SubmitSyncMediaInfoJob', { Input: input(url) });
  let deliveries = [];
  for (const end = Date.now() + 60_000; deliveries.length === 0; await pause(20)) {
    deliveries = (await ok('ListCallbackDeliveries')).DeliveryList;
    assert.ok(Date.now() < end);
  }
  await ok('ReplayCallbackDelivery', { DeliveryId: deliveries[0].DeliveryId });
  await ok('SetEventCallback');
}

// users takes on a role, and uses its key with the same client.
async function users({ call, connect, service }) {
  const ram = (action, params) => call({ action, params, version: '2015-05-01' });
  const sts = (action, params) => call({ action, params, version: '2015-04-01' });
  await ram('CreateUser', { UserName: 'ann' });
  await refused(ram('CreateUser', { UserName: 'ann' }), 'EntityAlreadyExists.User', 409, 'ann');
  const { AccessKey } = await ram('CreateAccessKey', { UserName: 'ann' });
  const asAnn = connect(service.addr, AccessKey.AccessKeyId, AccessKey.AccessKeySecret);
  await refused(asAnn({ action: 'ListPipelines' }), 'Forbidden', 403, '');
  await ram('AttachPolicyToUser', { PolicyType: 'System', PolicyName: 'AliyunICEReadOnlyAccess', UserName: 'ann' });
  assert.equal((await asAnn({ action: 'ListPipelines' })).PipelineList.length, 1);

  const { AccountId } = await sts('GetCallerIdentity');
  const trust = { Version: '1', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${AccountId}:root`] } }] };
  const { Role } = await ram('CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) });
  await ram('AttachPolicyToRole', { PolicyType: 'System', PolicyName: 'AliyunICEReadOnlyAccess', RoleName: 'reader' });
  const { Credentials: key } = await sts('AssumeRole', { RoleArn: Role.Arn, RoleSessionName: 'ci' });
  const session = connect(service.addr, key.AccessKeyId, key.AccessKeySecret, key.SecurityToken);
  assert.equal((await session({ action: 'ListPipelines' })).PipelineList.length, 1);
  await refused(session({ action: 'CreatePipeline', params: { Name: 'n', Speed: 'Boost' } }), 'Forbidden', 403, '');
  const damaged = connect(service.addr, key.AccessKeyId, key.AccessKeySecret, key.SecurityToken.slice(0, -2));
  await refused(damaged({ action: 'ListPipelines' }), 'InvalidSecurityToken.Malformed', 400, '');
}

// older submits and queries in the older product's words.
async function older({ call, ok, service }) {
  const mts = (action, params) => call({ action, params, version: '2014-06-18' });
  await ok('AddStorage', { Bucket: 'samples', StorageType: 'http_root', Root: service.samples.replace(/\/$/, '') });
  const Input = JSON.stringify({ Bucket: 'samples', Location: 'oss-cn-shanghai', Object: encodeURIComponent(samples[0]) });
  const { MediaInfoJob: job } = await mts('SubmitMediaInfoJob', { Input });
  assert.equal(job.State, 'Success');
  assert.ok(job.Properties.Streams.VideoStreamList.VideoStream.length > 0);
  const found = await mts('QueryMediaInfoJobList', { MediaInfoJobIds: `${job.JobId},${absent}` });
  assert.equal(found.MediaInfoJobList.MediaInfoJob[0].JobId, job.JobId);
  assert.deepEqual(found.NonExistMediaInfoJobIds.String, [absent]);
  const { Pipeline } = await mts('AddPipeline', { Name: 'older' });
  await refused(mts('DeletePipeline', { PipelineId: absent }), 'InvalidParameter.ResourceNotFound', 404, absent);
  assert.equal((await mts('DeletePipeline', { PipelineId: Pipeline.Id })).PipelineId, Pipeline.Id);
}

async function errors({ call, service }) {
  const good = input(service.samples + samples[0]);
  const cases = [
    ['SubmitMediaInfoJob', {}, 'MissingParameter', 400, '"Input"'],
    ['GetMediaInfoJob', {}, 'MissingParameter', 400, '"JobId"'],
    ['CreatePipeline', { Speed: 'Standard' }, 'MissingParameter', 400, '"Name"'],
    ['SubmitMediaInfoJob', { Input: '[object Object]' }, 'InvalidParameter', 400, '"Input"'],
    ['SubmitMediaInfoJob', { Input: '{"Type":"FTP","Media":"oss://b/x"}' }, 'InvalidParameter', 400, '"Input.Type"'],
    ['SubmitMediaInfoJob', { Input: input('ftp://example.com/x') }, 'InvalidParameter', 400, '"Input.Media"'],
    ['SubmitMediaInfoJob', { Input: good, ScheduleConfig: '{"Priority":11}' }, 'InvalidParameter', 400, '"ScheduleConfig.Priority"'],
    ['ListMediaInfoJobs', { PageSize: '101' }, 'InvalidParameter', 400, '"PageSize"'],
    ['ListMediaInfoJobs', { NextPageToken: 'x' }, 'InvalidParameter', 400, '"NextPageToken"'],
    ['CreatePipeline', { Name: 'x', Speed: 'Warp' }, 'InvalidParameter', 400, '"Speed"'],
    ['GetMediaInfoJob', { JobId: absent }, 'ResourceNotFound', 404, absent],
    ['GetPipeline', { PipelineId: absent }, 'ResourceNotFound', 404, absent],
    ['DeletePipeline', { PipelineId: absent }, 'ResourceNotFound', 404, absent],
    ['SubmitMediaInfoJob', { Input: good, ScheduleConfig: JSON.stringify({ PipelineId: absent }) }, 'ResourceNotFound', 404, absent],
    ['NoSuchAction', {}, 'InvalidAction.NotFound', 404],
  ];
  for (const [action, params, ...want] of cases) {
    await refused(call({ action, params }), ...want);
  }
  await refused(call({ action: 'GetMediaInfoJob', params: { JobId: absent }, version: '2010-01-01' }), 'NoSuchVersion', 400);
}

async function keys({ connect, service }) {
  const params = { Input: input(service.samples + samples[0]), Name: awkward };
  const as = (id, secret) => connect(service.addr, id, secret)({ action: 'SubmitMediaInfoJob', params });
  await refused(as('LTAInobody', keySecret), 'InvalidAccessKeyId.NotFound', 404);
  await refused(as(keyId, `${keySecret}x`), 'SignatureDoesNotMatch', 400, 'server string to sign is:');
}

async function timestamps({ call }) {
  const minutes = 60_000;
  for (const stamp of [stampAt(-15 * minutes - 5000), stampAt(15 * minutes + 5000)]) {
    await refused(call({ action: 'ListPipelines', stamp }), 'InvalidTimeStamp.Expired', 400);
  }
  await refused(call({ action: 'ListPipelines', stamp: 'yesterday' }), 'InvalidTimeStamp.Format', 400);
  await call({ action: 'ListPipelines', stamp: stampAt(-14 * minutes) });
}

// replays sends a request that the client made a second time, byte for byte.
async function replays({ connect, ok, service }) {
  const count = async () => (await ok('ListMediaInfoJobs', { PageSize: '100' })).Jobs.length;
  const before = await count();
  for (const [action, params] of [['SubmitMediaInfoJob', { Input: input(service.samples + samples[0]) }], ['ListPipelines', {}]]) {
    const recorder = await record(service.addr);
    await connect(recorder.addr, keyId, keySecret)({ action, params });
    const raw = recorder.raw();
    recorder.close();
    for (let i = 0; i < 3; i += 1) {
      const { status, body } = await replay(service.addr, raw);
      assert.deepEqual([status, body.Code], [400, 'SignatureNonceUsed'], `${action} again`);
    }
    const at = raw.indexOf('go-mp4'); // in the name of the sample
    if (at < 0) continue;
    raw[at] ^= 1;
    const { status, body } = await replay(service.addr, raw);
    assert.deepEqual([status, body.Code], [400, 'SignatureDoesNotMatch'], `${action} changed`);
  }
  assert.equal(await count(), before + 1, 'jobs after the replays');
}
