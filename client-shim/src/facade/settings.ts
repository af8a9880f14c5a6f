import { has } from '../lang/has.ts';
import { indexOf } from '../lang/list.ts';
import { words } from '../lang/text.ts';
import { syntaxError } from './errors.ts';
import { hostOf, webSocketUrl } from './url.ts';

/** What a page may configure, by `configure` or by `data-…` attributes of the script tag. */
export interface Options {
  /**
   * More hosts (`host`, `host:port` or URLs) that the shim connects to. A string is a list
   * separated by commas or spaces.
   */
  gateways?: string | string[];
  /**
   * Addresses to rewrite before connecting: an object of prefix → replacement, or the text `prefix
   * -> replacement`, several separated by semicolons. A replacement may be relative to the address
   * of the script.
   */
  map?: string | Record<string, string>;
  /** Transports to use, in order. A string is a list separated by commas or spaces. */
  transports?: string | string[];
  /** False: sockets that are made from then on do not rest while the page is hidden. */
  rest?: boolean | string | undefined;
}

interface Rule {
  _from: string;
  _to: string;
}

/** Which addresses the shim connects to, and how it rewrites them. */
export class Settings {
  /** Null is the default order. */
  transports: string[] | null = null;
  _rests = true;
  private readonly gateways: string[] = [];
  private readonly _rules: Rule[] = [];
  private readonly _home: string;

  /**
   * `home` is the address of the script, against which replacements are resolved. It is empty if
   * unknown.
   */
  constructor(home: string) {
    this._home = home;
  }

  configure(options: Options, base: string): void {
    if (options.gateways) {
      const hosts = list(options.gateways);
      for (let at = 0; at < hosts.length; at += 1) this.gateways.push(hostIn(hosts[at] as string, base));
    }
    // Libraries of old pages give each object a method `map`.
    if (options.map && has(options, 'map')) this._addRules(options.map, base);
    if (options.transports) this.transports = list(options.transports);
    if ('' + options.rest === 'false') this._rests = false;
  }

  /**
   * The address to connect to instead of `url`; null if the shim does not handle `url`. If no
   * gateway is configured, the page's own host is one.
   */
  target(url: string, base: string): string | null {
    for (let at = 0; at < this._rules.length; at += 1) {
      const mapped = apply(this._rules[at] as Rule, url);
      if (mapped) return mapped;
    }
    return indexOf(this._gatewaysOf(base), hostOf(url)) < 0 ? null : url;
  }

  /** Why there is no `target`, and what helps. */
  _refusal(url: string, base: string): string {
    return url + ': not an address of a gateway (' + this._gatewaysOf(base) + '); see data-map';
  }

  private _gatewaysOf(base: string): string[] {
    return this.gateways.length ? this.gateways : [hostOf(base)];
  }

  private _addRules(map: string | Record<string, string>, base: string): void {
    const home = this._home || base;
    const add = (from: string, to: string) =>
      this._rules.push({ _from: webSocketUrl(from, base), _to: webSocketUrl(to, home) });
    if (typeof map !== 'string') {
      for (const from in map) if (has(map, from)) add(from, map[from] as string);
      return;
    }
    const rules = words(map, /;/g);
    for (let at = 0; at < rules.length; at += 1) {
      const [from, to] = words(rules[at] as string, /->/g);
      if (!from || !to) throw syntaxError('Not "address -> address": ' + rules[at]);
      add(from, to);
    }
  }
}

/** Applies a rule if its prefix ends at the boundary of a path segment. */
function apply(rule: Rule, url: string): string | null {
  if (url.slice(0, rule._from.length) !== rule._from) return null;
  const rest = url.slice(rule._from.length);
  const whole = /\/$/.test(rule._from);
  if (!whole && rest && !/^[/?]/.test(rest)) return null;
  return rule._to + (whole && /^[^/?]/.test(rest) && !/\/$/.test(rule._to) ? '/' : '') + rest;
}

function hostIn(gateway: string, base: string): string {
  return hostOf(webSocketUrl(gateway.indexOf('//') < 0 ? 'ws://' + gateway : gateway, base));
}

function list(value: string | string[]): string[] {
  return typeof value === 'string' ? words(value, /[\s,]+/g) : value;
}
