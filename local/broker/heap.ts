/** An entry of a heap; hand it back to take the value out from the middle. */
export interface HeapNode<T> {
  readonly key: number;
  readonly value: T;
  /** Breaks ties, so that equal keys come out in the order they went in. */
  readonly order: number;
  /** Where it is; -1 once it is out. */
  index: number;
}

const isBefore = (a: HeapNode<unknown>, b: HeapNode<unknown>): boolean =>
  a.key === b.key ? a.order < b.order : a.key < b.key;

/** The smallest key first; every operation is O(log n), also taking out from the middle. */
export class Heap<T> {
  readonly #nodes: HeapNode<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#nodes.length;
  }

  push(key: number, value: T): HeapNode<T> {
    const node: HeapNode<T> = { key, value, order: this.#order++, index: this.#nodes.length };
    this.#nodes.push(node);
    this.#rise(node);
    return node;
  }

  first(): HeapNode<T> | undefined {
    return this.#nodes[0];
  }

  pop(): T | undefined {
    const node = this.#nodes[0];
    if (node === undefined) return undefined;
    this.remove(node);
    return node.value;
  }

  /** Takes a node out; one that is out already stays out. */
  remove(node: HeapNode<T>): void {
    if (this.#nodes[node.index] !== node) return;
    const last = this.#nodes.pop();
    if (last !== undefined && last !== node) {
      this.#place(last, node.index);
      this.#rise(last);
      this.#sink(last);
    }
    node.index = -1;
  }

  #place(node: HeapNode<T>, index: number): void {
    this.#nodes[index] = node;
    node.index = index;
  }

  #rise(node: HeapNode<T>): void {
    while (node.index > 0) {
      const at = node.index;
      const parent = this.#nodes[(at - 1) >> 1];
      if (parent === undefined || !isBefore(node, parent)) return;
      this.#place(node, parent.index);
      this.#place(parent, at);
    }
  }

  #sink(node: HeapNode<T>): void {
    for (;;) {
      const at = node.index;
      const left = this.#nodes[2 * at + 1];
      const right = this.#nodes[2 * at + 2];
      const child = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, node)) return;
      this.#place(node, child.index);
      this.#place(child, at);
    }
  }
}
