/** A collector for OpenTelemetry's traces: OTLP over HTTP, in JSON, as the exporter sends it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
}

interface Body {
  readonly resourceSpans: {
    readonly scopeSpans: {
      readonly spans: (Omit<ReceivedSpan, 'attributes'> & { attributes: Attribute[] })[];
    }[];
  }[];
}

export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Everything that came, as it came. */
  raw = '';

  private constructor(private readonly server = createServer()) {}

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    const { server } = receiver;
    server.on('request', (req, res) => {
      void text(req).then((body) => {
        receiver.take(body);
        res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private take(body: string): void {
    this.raw += body;
    for (const { scopeSpans } of (JSON.parse(body) as Body).resourceSpans) {
      for (const { attributes, ...span } of scopeSpans.flatMap(({ spans }) => spans)) {
        const named = attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue] as const);
        this.spans.push({ ...span, attributes: Object.fromEntries(named) });
      }
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
