import assert from 'node:assert/strict';
import { FormField } from '../../../gateway/transport/sockjs/form-field.ts';

describe('a field of a form', () => {
  it('is decoded a part at a time, wherever the parts end', () => {
    const form = 'a=1&d=%5b%22+%C3%a9%zz%2x%%41%22%5D%4&e=2';
    for (let step = 1; step <= form.length; step++) {
      const field = new FormField(Buffer.from(form), 'd');
      let value = field.decode(step);
      while (value === undefined) value = field.decode(step);
      assert.equal(value.toString(), '[" é%zz%2x%A"]%4', `${step}`);
    }
  });

  it('is empty where there is none', () => {
    for (const form of ['', 'a=1', 'd', 'dd=1', 'a&d&b'])
      assert.equal(new FormField(Buffer.from(form), 'd').decode()?.length, 0, form);
  });
});
