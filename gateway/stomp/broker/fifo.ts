/** First in, first out, without moving what stays; what was taken may be put back in front. */
export class Fifo<T> {
  #items: T[] = [];
  /** Index of the first item; the places before it are free. */
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#head] as T;
    this.#items[this.#head++] = undefined as T;
    if (this.#head >= 64 && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  /** Puts items in front, in their order. */
  putBack(items: readonly T[]): void {
    if (items.length <= this.#head) {
      this.#head -= items.length;
      for (const [index, item] of items.entries()) this.#items[this.#head + index] = item;
    } else {
      this.#items = [...items, ...this.#items.slice(this.#head)];
      this.#head = 0;
    }
  }
}
