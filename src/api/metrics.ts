import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Metrics for Prometheus: Node's own figures, and how long answers take by route. */
export function createMetrics(): { measure: RequestHandler; show: RequestHandler } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long answers take, by route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  return {
    measure: (req, res, next) => {
      const stop = durations.startTimer();
      res.once('finish', () =>
        stop({ method: req.method, route: res.locals.route ?? 'other', status: res.statusCode }),
      );
      next();
    },
    show: async (_req, res) => {
      res.type(registry.contentType).send(await registry.metrics());
    },
  };
}
