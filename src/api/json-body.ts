import express, { type RequestHandler } from 'express';
import { NettermsError } from '../kernel/errors.ts';
import { invalid } from '../kernel/invalid.ts';
import { tooLargeBecause } from './json-size.ts';
import type { Turns } from './turns.ts';

/** A body of more bytes than this is taken apart when it is its turn: reading one of the greatest size takes 30 ms. */
const LONG_BYTES = 16 * 1024;

const received = express.raw({ type: 'application/json', limit: '256kb' });

/** Receives a body of JSON in UTF-8, plain or packed, and takes it apart. Whoever sends slowly takes nobody's turn. */
export function jsonBody(turns: Turns): RequestHandler[] {
  return [requireJson, received, takeApart(turns)];
}

const requireJson: RequestHandler = (req, _res, next) => {
  const isJson = req.get('content-length') === '0' || req.is('application/json') !== false;
  if (!isJson)
    throw new NettermsError('unsupported-media-type', 'Send the body with "Content-Type: application/json".');
  const charset = /;\s*charset="?([^";\s]+)/i.exec(req.get('content-type') ?? '')?.[1] ?? 'utf-8';
  if (!/^utf-?8$/i.test(charset))
    throw new NettermsError(
      'unsupported-media-type',
      'Send the body as UTF-8, plain or compressed with gzip.',
    );
  next();
};

function takeApart(turns: Turns): RequestHandler {
  return async (req, _res, next) => {
    const bytes: unknown = req.body;
    if (!Buffer.isBuffer(bytes) || bytes.length === 0) req.body = undefined;
    else if (bytes.length <= LONG_BYTES) req.body = parsed(bytes);
    else req.body = await turns.take(async () => parsed(bytes));
    next();
  };
}

/** @throws NettermsError `malformed-json`; `validation` if it is larger than any call needs */
function parsed(bytes: Buffer): unknown {
  const tooLarge = tooLargeBecause(bytes);
  if (tooLarge !== null) invalid('', tooLarge);
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new NettermsError('malformed-json', 'Check the brackets, commas and quotes.');
  }
}
