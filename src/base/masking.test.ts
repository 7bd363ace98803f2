import { describe, expect, it } from 'vitest';
import { formsOf, maskingOf } from './masking.ts';

const token = 'S3CRET/with "all" of\nit & more';

describe('masking', () => {
  const hide = maskingOf([token, 'short', 'hunter2-hunter2']);

  it.each([
    ['as it is', `x ${token} y`, 'x [redacted] y'],
    ['on one line', 'x S3CRET/with "all" of it & more y', 'x [redacted] y'],
    ['in JSON', JSON.stringify({ a: token }), '{"a":"[redacted]"}'],
    ['in a URL', `http://h/?t=${encodeURIComponent(token)}`, 'http://h/?t=[redacted]'],
    ['again and again', 'hunter2-hunter2hunter2-hunter2', '[redacted][redacted]'],
    ['cut at the end', 'it is hunter2-hun…', 'it is [redacted]…'],
    ['cut within', '`a` is "hunter2-hu…, not "up"', '`a` is "[redacted]…, not "up"'],
  ])('hides a value %s', (_, text, wanted) => {
    expect(hide(text)).toBe(wanted);
  });

  it('leaves alone what is too short to be one, and too few letters of a cut one', () => {
    expect(hide('a short text, hun… and…')).toBe('a short text, hun… and…');
  });

  it('takes a value that is no well-formed text', () => {
    expect(formsOf('abc\ud800defgh').length).toBeGreaterThan(1);
    expect(maskingOf(['abc\ud800defgh'])('abc\ud800defgh abc\ufffddefgh')).toBe('[redacted] [redacted]');
  });
});
