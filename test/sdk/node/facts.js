'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { media } = require('./harness');

// samples are files whose facts ffprobe recorded.
const samples = [
  'go-mp4__testdata_sample.mp4',
  'exoplayer__testdata_src_test_assets_media_mkv_sample.mkv',
  'fq__format_isobmff_testdata_hevc.mp4',
  'go-audio-wav__fixtures_kick-16b441k.wav',
  'http-streaming__test_segments_id3.ts',
  'kivy__kivy_tests_sample1.ogg',
];

// broken is a file in which ffprobe finds nothing either.
const broken = 'dash.js__test_unit_data_mss_mss_moof_tfdt.mp4';

// Pairs of the wire's key and ffprobe's, for facts that every reader states the same way.
const fileFacts = { FormatName: 'format_name', Duration: 'duration', FileSize: 'size' };
const videoFacts = {
  Index: 'index', Codec_name: 'codec_name', Codec_long_name: 'codec_long_name', Width: 'width', Height: 'height',
  PixFmt: 'pix_fmt', Time_base: 'time_base', Profile: 'profile',
};
const audioFacts = {
  Index: 'index', CodecName: 'codec_name', CodecLongName: 'codec_long_name', SampleFmt: 'sample_fmt',
  SampleRate: 'sample_rate', Channels: 'channels', Timebase: 'time_base',
};

function compare(what, facts, got, want) {
  for (const [ours, theirs] of Object.entries(facts)) {
    if (want[theirs] === undefined) continue;
    assert.strictEqual(got[ours], String(want[theirs]), `${what}: ${ours}`);
  }
}

// checkFacts compares a MediaInfoProperty with what ffprobe recorded about the sample.
function checkFacts(sample, property) {
  const want = JSON.parse(fs.readFileSync(path.join(media, 'ffprobe', `${sample}.json`), 'utf8'));
  compare(`${sample}: file`, fileFacts, property.FileBasicInfo, want.format);
  assert.equal(property.FileBasicInfo.FileName, sample);
  const streams = (kind, list, facts) => {
    const expected = want.streams.filter((s) => s.codec_type === kind);
    assert.equal((list || []).length, expected.length, `${sample}: number of ${kind} streams`);
    expected.forEach((s, i) => compare(`${sample}: ${kind} ${i}`, facts, list[i], s));
  };
  streams('video', property.VideoStreamInfoList, videoFacts);
  streams('audio', property.AudioStreamInfoList, audioFacts);
}

module.exports = { broken, checkFacts, samples };
