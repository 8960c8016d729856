/** A collector for OpenTelemetry's traces: OTLP over HTTP, in JSON, as the exporter sends it. */
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { close, listen } from '../../tools/stack/loopback';

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

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server, await listen(server));
    server.on('request', (req, res) => {
      void text(req).then((body) => {
        receiver.take(body);
        res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    return receiver;
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

  close(): Promise<void> {
    return close(this.server);
  }
}
