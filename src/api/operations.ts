import express, { type Express, type RequestHandler, Router } from 'express';
import { type HealthDeps, isAlive, isReady } from './health.ts';
import { createMetrics } from './metrics.ts';

export type Operations = {
  /** Measures the calls that pass through it. */
  measure: RequestHandler;
  /** `/metrics` and `/readyz`, for operators and their monitoring. */
  routes: Router;
};

export function createOperations(deps: HealthDeps): Operations {
  const { measure, show } = createMetrics();
  return { measure, routes: Router().get('/metrics', show).get('/readyz', isReady(deps)) };
}

/** The application of a port of their own, so that the one of the API can be open to everybody. */
export function createOperationsApp({ routes }: Operations): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(routes);
  app.get('/healthz', isAlive);
  return app;
}
