import type { Endpoint } from '../vendor/create-request';
import type { CreateRequest } from '../vendor/models';
import type { TaskStatus } from '../vendor/task';

/** What the vendor's books say: the answer of GET /_simulator/ledger, and what tests compare a reel with. */
export interface LedgerView {
  /** Every POST that arrived, also the refused ones. */
  readonly posts: readonly PostView[];
  readonly tasks: readonly TaskView[];
  readonly credits: { readonly balance: number; readonly charged: number; readonly refunded: number };
  /** Generations of each model in the last 24 hours. */
  readonly daily: Readonly<Record<string, number>>;
  /** Calls that followed a redirect and so brought the key where it does not belong. */
  readonly redirectsFollowed: number;
}

/** Where a paid POST went. */
export type PostEndpoint = Endpoint | 'generate/video';

export interface PostView {
  /** Counted from 1. */
  readonly number: number;
  readonly at: string;
  readonly endpoint: PostEndpoint;
  readonly model?: string;
  readonly prompt?: string;
  /** The task that it made, also when the client never heard of it. */
  readonly taskId?: string;
  /** HTTP status or kind of fault; absent while it is not answered. */
  readonly answer?: string;
}

export interface TaskView {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly model: string;
  /** As it was sent, with a long image cut. */
  readonly request: CreateRequest;
  readonly createdAt: string;
  readonly status: TaskStatus | 'DELETED';
  readonly credits: { readonly estimated: number; readonly charged: number };
  /** Reads of the task: what was answered is its status, an HTTP status or a kind of fault. */
  readonly polls: readonly SeenView[];
  readonly deletes: readonly SeenView[];
  readonly downloads: readonly SeenView[];
  readonly deletedAt?: string;
}

interface SeenView {
  readonly at: string;
  readonly answer: string;
}
