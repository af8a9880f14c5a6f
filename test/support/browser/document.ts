/** An element, as far as a shim looks at one. */
class Element {
  readonly tagName: string;
  readonly childNodes: Element[] = [];
  parentNode: Element | null = null;
  id = '';
  href = '';
  src = '';
  innerHTML = '';
  readonly style = {};
  readonly #attributes = new Map<string, string>();

  constructor(tag: string) {
    this.tagName = tag.toUpperCase();
  }

  get firstChild(): Element | null {
    return this.childNodes[0] ?? null;
  }

  getAttribute(name: string): string | null {
    return this.#attributes.get(name) ?? null;
  }

  setAttribute(name: string, value: string): void {
    this.#attributes.set(name, value);
  }

  appendChild(child: Element): Element {
    child.parentNode = this;
    this.childNodes.push(child);
    return child;
  }

  removeChild(child: Element): Element {
    this.childNodes.splice(this.childNodes.indexOf(child), 1);
    child.parentNode = null;
    return child;
  }
}

export interface PageDocument {
  currentScript: Element | null | undefined;
}

/** The page's document, and how a script gets into it. */
export function makeDocument(page: URL): {
  document: PageDocument;
  addScript(src: string, attributes: Readonly<Record<string, string>>): Element;
} {
  const html = new Element('html');
  const head = html.appendChild(new Element('head'));
  const body = html.appendChild(new Element('body'));
  const named = { html: [html], head: [head], body: [body], script: [] as Element[] };
  const document = {
    URL: page.href,
    baseURI: page.href,
    readyState: 'loading',
    title: '',
    cookie: '',
    documentElement: html,
    head,
    body,
    currentScript: null,
    getElementsByTagName: (name: string) => named[name.toLowerCase() as keyof typeof named] ?? [],
    createElement: (name: string) => linked(new Element(name), page),
  };
  return {
    document,
    addScript(src, attributes) {
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
