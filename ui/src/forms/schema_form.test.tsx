import { createRoot } from 'react-dom/client';
import { afterEach, expect, it, vi } from 'vitest';

import { SchemaForm } from './SchemaForm';
import type { Schema } from './shape';

const send = vi.fn();

/** The form of a schema, once it is there, and what a person does with it. */
async function formOf(schema: Schema, value = {}) {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  createRoot(place).render(<SchemaForm schema={schema} value={value} submit="Send" onSubmit={send} />);
  await vi.waitFor(() => expect(place.querySelector('form')).not.toBeNull(), 5000);
  const labelled = (label: string) => {
    const found = [...place.querySelectorAll('label')].find(({ textContent }) => textContent.startsWith(label));
    const control = found?.control ?? document.getElementById(found?.htmlFor ?? '') ?? found?.querySelector('input, textarea');
    return (control ?? place.querySelector(`[aria-label="${label}"]`)) as HTMLInputElement;
  };
  const button = (name: string) => [...place.querySelectorAll('button')].find((each) => each.textContent === name);
  return {
    place,
    labelled,
    type: async (label: string, text: string) => {
      const field = labelled(label);
      const prototype = Object.getPrototypeOf(field) as object;
      Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, text);
      field.dispatchEvent(new Event(field.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
      await settled();
    },
    press: async (name: string) => {
      const found = button(name);
      expect(found, `a button “${name}”`).toBeDefined();
      found?.click();
      await settled();
    },
    button,
  };
}

const settled = () => new Promise((done) => setTimeout(done, 20));

afterEach(() => {
  send.mockClear();
});

const PLACE: Schema = {
  type: 'object',
  required: ['latitude', 'name'],
  properties: {
    name: { type: 'string', description: 'What it is called.' },
    latitude: { type: 'number', minimum: -90, maximum: 90 },
    days: { type: 'integer', default: 7 },
    note: { type: 'string' },
  },
};

it('sends numbers as numbers and leaves out what was left empty', async () => {
  const form = await formOf(PLACE);
  await form.type('name', 'Berlin');
  await form.type('latitude', '52.5');
  await form.type('note', 'x');
  await form.type('note', '');
  await form.press('Send');
  expect(send).toHaveBeenCalledWith({ name: 'Berlin', latitude: 52.5 });
});

it('says what is wrong by the field, in words, and sends nothing', async () => {
  const form = await formOf(PLACE);
  await form.type('latitude', '91');
  await form.press('Send');
  expect(send).not.toHaveBeenCalled();
  const saidOf = (label: string) =>
    form.labelled(label).getAttribute('aria-describedby')?.split(' ').map((id) => document.getElementById(id)?.textContent);
  expect(saidOf('latitude')).toEqual(['At most 90.']);
  expect(saidOf('name')).toEqual(['Fill this in.', 'What it is called.']);
  expect(form.labelled('name').getAttribute('aria-invalid')).toBe('true');
  await form.type('latitude', 'north');
  expect(saidOf('latitude')).toEqual(['This has to be a number.']);
});

it('fills in nested lists of objects, entry by entry', async () => {
  const form = await formOf({
    type: 'object',
    required: ['body'],
    properties: {
      body: {
        type: 'object',
        required: ['lines'],
        properties: {
          lines: {
            type: 'array',
            items: { type: 'object', required: ['text'], properties: { text: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } } },
          },
        },
      },
    },
  });
  await form.press('Add to lines');
  await form.press('Send');
  expect(send).not.toHaveBeenCalled();
  expect(form.place.textContent).toContain('Fill this in.');
  await form.type('text', 'milk');
  await form.press('Add to tags');
  await form.type('tags 1', 'home');
  await form.press('Send');
  expect(send).toHaveBeenCalledWith({ body: { lines: [{ text: 'milk', tags: ['home'] }] } });
});

it('a schema within itself is as deep as somebody makes it', async () => {
  const form = await formOf({
    type: 'object',
    properties: { tree: { $ref: '#/$defs/node' } },
    $defs: {
      node: {
        type: 'object',
        required: ['name'],
        properties: { name: { type: 'string' }, parent: { $ref: '#/$defs/node' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
      },
    },
  });
  await form.press('Send');
  expect(send).toHaveBeenCalledWith({});
  await form.type('name', 'root');
  await form.press('Add to children');
  await form.press('Send');
  expect(send).toHaveBeenCalledTimes(1);
});

it('offers an enumeration, and null where it may be', async () => {
  const form = await formOf({
    type: 'object',
    required: ['unit', 'until', 'kind'],
    properties: {
      unit: { enum: ['celsius', 'kelvin', null] },
      until: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      kind: { const: 'forecast' },
    },
  });
  const options = [...form.labelled('unit').querySelectorAll('option')].map(({ textContent }) => textContent);
  expect(options).toEqual(['Choose…', 'celsius', 'kelvin', 'null']);
  await form.type('unit', '1');
  await form.press('Send');
  expect(send).toHaveBeenCalledWith({ unit: 'kelvin', until: null, kind: 'forecast' });
});

it('takes members of any name, and values of any type', async () => {
  const form = await formOf({ type: 'object', additionalProperties: { type: 'integer' }, properties: { other: {} } }, { a: 1 });
  expect(form.labelled('a').value).toBe('1');
  await form.press('Add a member');
  expect(form.labelled('newKey').value).toBe('');
  await form.type('newKey', '2');
  await form.type('other', '[true]');
  await form.press('Send');
  expect(send).toHaveBeenCalledWith({ a: 1, newKey: 2, other: [true] });
});

it('takes JSON where a form cannot be made, and says there too what is wrong', async () => {
  const form = await formOf({ anyOf: [{ type: 'object', required: ['a'] }] });
  expect(form.button('As a form')).toBeUndefined();
  await form.type('As JSON', '{"a": 1');
  await form.press('Send');
  expect(form.place.querySelector('[role=alert]')?.textContent).toBe('This is no JSON object.');
  await form.type('As JSON', '{"a": 1}');
  await form.press('Send');
  expect(send).toHaveBeenCalledWith({ a: 1 });
});

it('keeps what was typed when it is shown as JSON', async () => {
  const form = await formOf(PLACE);
  await form.type('name', 'Berlin');
  await form.press('As JSON');
  expect(JSON.parse(form.labelled('As JSON').value)).toEqual({ name: 'Berlin' });
});
