// biome-ignore-all lint/suspicious/noShadowRestrictedNames: this file declares those names
// biome-ignore-all lint/suspicious/noExplicitAny: the language is loosely typed here

/**
 * The language of ECMA-262, 3rd edition (1999), and nothing later. JScript 5.6 in IE 6 has this
 * language.
 *
 * The shim is checked with `noLib` against this file, so `[].map`, `JSON`, `Date.now`, `s.trim()`
 * and `s[0]` are type errors. Browser objects are declared in `browser.d.ts` and reached only
 * through `browser/page.ts`.
 */

declare const NaN: number;
declare const Infinity: number;

declare function parseInt(text: string, radix: number): number;
declare function parseFloat(text: string): number;
declare function isNaN(value: number): boolean;
declare function isFinite(value: number): boolean;
declare function decodeURI(text: string): string;
declare function decodeURIComponent(text: string): string;
declare function encodeURI(text: string): string;
declare function encodeURIComponent(text: string | number | boolean): string;

type PropertyKey = string | number | symbol;
type Partial<T> = { [P in keyof T]?: T[P] };
type Required<T> = { [P in keyof T]-?: T[P] };
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends keyof any, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Extract<T, U> = T extends U ? T : never;
type Omit<T, K extends keyof any> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
type Parameters<T extends (...args: any) => any> = T extends (...args: infer P) => any ? P : never;
type ReturnType<T extends (...args: any) => any> = T extends (...args: any) => infer R ? R : any;

interface Object {
  constructor: Function;
  toString(): string;
  valueOf(): Object;
  hasOwnProperty(name: PropertyKey): boolean;
  isPrototypeOf(value: object): boolean;
}
declare const Object: {
  new (value?: unknown): Object;
  (value?: unknown): any;
  readonly prototype: Object;
};

interface Function {
  prototype: any;
  readonly length: number;
  apply(self: any, args?: any): any;
  call(self: any, ...args: any[]): any;
}
interface CallableFunction extends Function {}
interface NewableFunction extends Function {}
declare const Function: {
  new (...args: string[]): Function;
  readonly prototype: Function;
};

interface IArguments {
  readonly length: number;
  [index: number]: any;
}

interface String {
  readonly length: number;
  charAt(position: number): string;
  charCodeAt(position: number): number;
  concat(...parts: string[]): string;
  indexOf(part: string, from?: number): number;
  lastIndexOf(part: string, from?: number): number;
  match(pattern: RegExp): RegExpMatchArray | null;
  replace(pattern: string | RegExp, by: string): string;
  replace(pattern: string | RegExp, by: (match: string, ...groups: any[]) => string): string;
  search(pattern: RegExp): number;
  slice(start: number, end?: number): string;
  /** Only by a string, because JScript's split by a regular expression drops empty parts. */
  split(separator: string, limit?: number): string[];
  substring(start: number, end?: number): string;
  toLowerCase(): string;
  toUpperCase(): string;
}
declare const String: {
  new (value?: unknown): String;
  (value?: unknown): string;
  readonly prototype: String;
  fromCharCode(...units: number[]): string;
};

interface Boolean {
  valueOf(): boolean;
}
declare const Boolean: {
  new (value?: unknown): Boolean;
  (value?: unknown): boolean;
};

interface Number {
  toString(radix?: number): string;
  toFixed(digits?: number): string;
}
declare const Number: {
  new (value?: unknown): Number;
  (value?: unknown): number;
  readonly MAX_VALUE: number;
};

interface Symbol {
  valueOf(): symbol;
}

interface Math {
  abs(x: number): number;
  ceil(x: number): number;
  floor(x: number): number;
  log(x: number): number;
  max(...values: number[]): number;
  min(...values: number[]): number;
  pow(x: number, y: number): number;
  random(): number;
  round(x: number): number;
  sqrt(x: number): number;
}
declare const Math: Math;

interface Date {
  getTime(): number;
}
declare const Date: {
  new (time?: number): Date;
};

interface RegExpMatchArray extends Array<string> {
  index?: number;
  0: string;
}
interface RegExpExecArray extends Array<string> {
  index: number;
  0: string;
}
interface RegExp {
  readonly source: string;
  readonly global: boolean;
  lastIndex: number;
  exec(text: string): RegExpExecArray | null;
  test(text: string): boolean;
}
declare const RegExp: {
  new (pattern: string, flags?: string): RegExp;
};

interface Error {
  name: string;
  message: string;
}
interface ErrorConstructor {
  new (message?: string): Error;
  readonly prototype: Error;
}
declare const Error: ErrorConstructor;
declare const TypeError: ErrorConstructor;
declare const RangeError: ErrorConstructor;

interface ReadonlyArray<T> {
  readonly length: number;
  concat(...items: (T | readonly T[])[]): T[];
  join(separator?: string): string;
  slice(start?: number, end?: number): T[];
  readonly [index: number]: T;
}
interface Array<T> {
  length: number;
  concat(...items: (T | readonly T[])[]): T[];
  join(separator?: string): string;
  pop(): T | undefined;
  push(...items: T[]): number;
  reverse(): T[];
  shift(): T | undefined;
  slice(start?: number, end?: number): T[];
  sort(compare?: (a: T, b: T) => number): this;
  splice(start: number, count: number, ...items: T[]): T[];
  /** JScript up to 5.8 returns undefined instead of the new length. */
  unshift(...items: T[]): unknown;
  [index: number]: T;
}
declare const Array: {
  new <T>(length?: number): T[];
  readonly prototype: any[];
};

// --- types without values: objects of later engines, which code tests for and reaches through
// `browser/page.ts` ---

interface ArrayBuffer {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer;
}
interface ArrayBufferView {
  readonly buffer: ArrayBuffer;
  readonly byteOffset: number;
  readonly byteLength: number;
}
interface Uint8Array extends ArrayBufferView {
  readonly length: number;
  set(source: Uint8Array | number[], offset?: number): void;
  subarray(start: number, end?: number): Uint8Array;
  [index: number]: number;
}
