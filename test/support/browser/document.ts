/** What becomes of elements that do something. */
export interface DocumentHooks {
  /** A script came into the document. */
  script(element: Element): void;
  /** A frame with an address came into the document. The function returned ends it. */
  frame(element: Element): () => void;
  /** A form is sent to a frame; undefined if none can be. The function returned ends that. */
  readonly submit:
    | ((
        address: string,
        fields: readonly (readonly [name: string, value: string])[],
        frame: Element,
      ) => () => void)
    | undefined;
}

/** An element, as far as a shim looks at one. */
export class Element {
  readonly tagName: string;
  readonly childNodes: Element[] = [];
  parentNode: Element | null = null;
  id = '';
  href = '';
  src = '';
  action = '';
  value = '';
  readonly style = {};
  readonly #hooks: DocumentHooks | undefined;
  readonly #attributes = new Map<string, string>();
  #markup = '';
  #stop: () => void = () => {};

  constructor(tag: string, hooks?: DocumentHooks) {
    this.tagName = tag.toUpperCase();
    this.#hooks = hooks;
    if (this.tagName === 'FORM' && hooks?.submit) Object.assign(this, { submit: () => this.#submit() });
    if (this.tagName === 'IFRAME')
      Object.assign(this, { contentWindow: { location: { href: 'about:blank' } } });
  }

  get firstChild(): Element | null {
    return this.childNodes[0] ?? null;
  }

  get lastChild(): Element | null {
    return this.childNodes.at(-1) ?? null;
  }

  get innerHTML(): string {
    return this.#markup;
  }

  /** Elements and double-quoted attributes; no text. */
  set innerHTML(markup: string) {
    this.#markup = markup;
    for (const child of [...this.childNodes]) this.removeChild(child);
    let parent: Element = this;
    for (const [, end, tag = '', attributes = ''] of markup.matchAll(/<(\/?)(\w+)((?: [\w-]+="[^"]*")*)>/g)) {
      if (end) {
        parent = parent.parentNode as Element;
        continue;
      }
      parent = parent.appendChild(new Element(tag, this.#hooks));
      for (const [, name = '', value = ''] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) {
        parent.setAttribute(name, value);
      }
    }
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value);
  }

  appendChild(child: Element): Element {
    return this.insertBefore(child, null);
  }

  insertBefore(child: Element, before: Element | null): Element {
    child.parentNode = this;
    this.childNodes.splice(
      before === null ? this.childNodes.length : this.childNodes.indexOf(before),
      0,
      child,
    );
    if (child.tagName === 'SCRIPT' && child.src !== '') this.#hooks?.script(child);
    if (child.tagName === 'IFRAME' && child.src !== '' && this.#hooks) child.#stop = this.#hooks.frame(child);
    return child;
  }

  removeChild(child: Element): Element {
    const at = this.childNodes.indexOf(child);
    if (at < 0) throw new Error('NotFoundError');
    this.childNodes.splice(at, 1);
    child.parentNode = null;
    child.#ended();
    return child;
  }

  /** What a frame was loading ends with it. */
  #ended(): void {
    this.#stop();
    for (const child of this.childNodes) child.#ended();
  }

  #submit(): void {
    const target = this.getAttribute('target');
    const frame = this.parentNode?.childNodes.find((element) => element.getAttribute('name') === target);
    if (frame === undefined || this.#hooks?.submit === undefined) throw new Error('no frame of that name');
    const fields = this.childNodes.map((field) => [field.getAttribute('name') ?? '', field.value] as const);
    frame.#stop = this.#hooks.submit(this.action, fields, frame);
  }
}

export interface PageDocument {
  readonly body: Element;
  readonly createElement: (name: string) => Element;
  readonly getElementsByTagName: (name: string) => readonly Element[];
  currentScript: Element | null | undefined;
}

/** The page's document, and how a script gets into it. */
export function makeDocument(
  page: URL,
  hooks: DocumentHooks,
): {
  document: PageDocument;
  addScript(src: string, attributes: Readonly<Record<string, string>>): Element;
} {
  const html = new Element('html', hooks);
  const head = html.appendChild(new Element('head', hooks));
  const body = html.appendChild(new Element('body', hooks));
  const named = { html: [html], head: [head], body: [body], script: [] as Element[] };
  const document = {
    URL: page.href,
    baseURI: page.href,
    readyState: 'complete',
    title: '',
    cookie: '',
    documentElement: html,
    head,
    body,
    currentScript: null,
    getElementsByTagName: (name: string) => named[name.toLowerCase() as keyof typeof named] ?? [],
    createElement: (name: string) => linked(new Element(name, hooks), page),
  };
  return {
    document,
    addScript(src, attributes) {
      // Its code is run by whoever asks for this.
      const script = head.appendChild(new Element('script'));
      script.src = src;
      script.setAttribute('src', src);
      for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
      named.script.push(script);
      return script;
    },
  };
}

/** Old scripts resolve an address by giving it to an `<a>` and reading it back. */
function linked(element: Element, page: URL): Element {
  if (element.tagName !== 'A') return element;
  let given = '';
  return Object.defineProperty(element, 'href', {
    get: () => (given === '' ? '' : new URL(given, page).href),
    set: (value: string) => {
      given = value;
    },
  });
}
