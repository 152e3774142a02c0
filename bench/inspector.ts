import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** What a process holds, in bytes: `process.memoryUsage()` of Node. */
export interface HeldMemory {
  rss: number;
  heapUsed: number;
  external: number;
}

interface Answer {
  id?: number;
  result?: { result?: { value?: string } };
}

/** Node's inspector of a running process (Chrome DevTools Protocol): one that listens on its usual port, after SIGUSR1. */
export class Inspector {
  readonly #socket: WebSocket;
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Rejects where the port 9229 of loopback is another process's. */
  static async open(processId: number): Promise<Inspector> {
    process.kill(processId, 'SIGUSR1');
    let answer: Response | undefined;
    while (answer === undefined) {
      await delay(50);
      answer = await fetch('http://127.0.0.1:9229/json').catch(() => undefined);
    }
    const [target] = (await answer.json()) as [{ webSocketDebuggerUrl: string }];
    const inspector = new Inspector(new WebSocket(target.webSocketDebuggerUrl));
    await once(inspector.#socket, 'open');
    const found = await inspector.#evaluate('process.pid');
    if (found !== processId)
      throw new Error(`port 9229 is the inspector of process ${String(found)}, not ${processId}`);
    return inspector;
  }

  /** What is left after a full collection. */
  async memory(): Promise<HeldMemory> {
    await this.#call('HeapProfiler.collectGarbage');
    return (await this.#evaluate('process.memoryUsage()')) as HeldMemory;
  }

  close(): void {
    this.#socket.close();
  }

  async #evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#call('Runtime.evaluate', { expression: `JSON.stringify(${expression})` });
    return JSON.parse(result!.result!.value!);
  }

  async #call(method: string, params: object = {}): Promise<Answer> {
    const id = (this.#calls += 1);
    this.#socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [message] = (await once(this.#socket, 'message')) as [MessageEvent<string>];
      const answer = JSON.parse(message.data) as Answer;
      if (answer.id === id) return answer;
    }
  }
}
