import { describe, expect, it } from 'vitest';
import { acceptedForm } from './accept.js';

describe('acceptedForm', () => {
  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['Application/JSON;q=0.9', 'json'],
    ['application/json, text/event-stream', 'stream'],
    ['text/event-stream;q=0.5, */*', 'stream'],
    ['text/html', undefined],
    ['text/*', undefined],
  ])('reads %j as %j', (accept, form) => {
    expect(acceptedForm(accept)).toBe(form);
  });
});
