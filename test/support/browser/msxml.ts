import { BaseXhr } from './base-xhr.ts';

/** MSXML2.XMLHTTP behind its proxy: see `sealed`. */
export class Msxml extends BaseXhr {
  override get status(): number {
    if (this.readyState < 4)
      throw new Error('The data necessary to complete this operation is not yet available.');
    // 12029: could not connect. A body that was cut is a 200 with what came of it.
    const status = this.answer?.statusCode ?? 12029;
    return status === 204 ? 1223 : status;
  }

  get responseText(): string {
    if (this.readyState < 4)
      throw new Error('The data necessary to complete this operation is not yet available.');
    return this.text;
  }

  override open(method: string, url: string, async = true): void {
    if (new URL(url, this.network.page).origin !== this.network.page.origin)
      throw new Error('Access is denied.');
    super.open(method, url, async);
  }

  override send(body?: unknown): void {
    if (body !== undefined && body !== null && typeof body !== 'string') throw new Error('Type mismatch.');
    super.send(body);
  }

  protected override lose(): void {
    this.settle('error');
  }

  protected override settle(event: string): void {
    const nul = this.text.indexOf('\0');
    if (nul >= 0) this.text = this.text.slice(0, nul);
    super.settle(event);
  }
}

const MSXML_MEMBERS = new Set(
  'onreadystatechange readyState status statusText responseText open send abort setRequestHeader getResponseHeader'.split(
    ' ',
  ),
);

/** Lets only a COM object's members through, and refuses the rest as one does. */
export function sealed(xhr: Msxml): object {
  return new Proxy(Object.create(null), {
    get(_, name) {
      if (!MSXML_MEMBERS.has(String(name))) return undefined;
      const value: unknown = Reflect.get(xhr, name, xhr);
      return typeof value === 'function' && name !== 'onreadystatechange' ? value.bind(xhr) : value;
    },
    set(_, name, value) {
      if (name !== 'onreadystatechange' || typeof value !== 'function') {
        throw new Error("Object doesn't support this property or method");
      }
      xhr.onreadystatechange = value;
      return true;
    },
    has: (_, name) => MSXML_MEMBERS.has(String(name)),
  });
}
