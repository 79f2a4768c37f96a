/** The shapes that rooms and nodes share: what travels on an item and what stands in a run's state. */
import { z } from 'zod/v4';
import { FAILURE_KINDS, LAYERS, type FailureCode } from '../errors';
import type { Json } from './json';

const jsonSchema: z.ZodType<Json> = z.json();

export const RUN_STATUSES = [
	'open',
	'waiting',
	'finished',
	'escalated',
	'stalled',
	'crashed',
	'stopped',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const ARTEFACT_STATUSES = [
	'new',
	'passed',
	'failed',
	'unsure',
	'approved',
	'rejected',
	'redirected',
	'replaced',
] as const;
export type ArtefactStatus = (typeof ARTEFACT_STATUSES)[number];

/** What the Retry Router asks of the step that it sends an item back to. */
export const NEXT_STEPS = ['generate', 'revise', 'check'] as const;
export type NextStep = (typeof NEXT_STEPS)[number];

export const failureSchema = z.object({
	code: z.enum(Object.keys(FAILURE_KINDS) as [FailureCode, ...FailureCode[]]),
	layer: z.enum(LAYERS),
	message: z.string(),
	hint: z.string(),
	retryable: z.boolean(),
	retryAfterMs: z.number().nonnegative().optional(),
	keepsWork: z.boolean().optional(),
});

/** Tokens of one or several calls, as Gemini counts them. Thoughts are billed as output. */
export const usageSchema = z.object({
	inputTokens: z.int().nonnegative(),
	outputTokens: z.int().nonnegative(),
	thoughtTokens: z.int().nonnegative(),
	cachedTokens: z.int().nonnegative(),
	/** Those of `outputTokens` that are images, which have a price of their own. Missing where there are none. */
	imageTokens: z.int().nonnegative().optional(),
});
export type Usage = z.infer<typeof usageSchema>;

export const issueSchema = z.object({
	ruleId: z.string(),
	severity: z.enum(['hard', 'soft']),
	/** The words or the fact that the rule was held against. */
	evidence: z.string(),
	/** What to change. */
	fix: z.string(),
});
export type Issue = z.infer<typeof issueSchema>;

/** The validator's typed answer on one artefact as it was (`contentHash`). `pass` is true only for the outcome `pass`. */
export const verdictSchema = z.object({
	artefactId: z.string(),
	contentHash: z.string(),
	outcome: z.enum(['pass', 'fail', 'unsure']),
	pass: z.boolean(),
	/** Share of the rules that hold, 0 to 1. */
	score: z.number().min(0).max(1),
	note: z.string(),
	issues: z.array(issueSchema),
	guideVersion: z.string(),
	/** The validator that gave it, as `workflowId/node name`. Work passes when every validator that saw it says so. */
	by: z.string().optional(),
	judge: z.object({
		model: z.string().nullable(),
		/** How often each judged rule was asked. */
		votes: z.int().nonnegative(),
		/** How many judged rules got different answers. */
		flips: z.int().nonnegative(),
	}),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** A person's decision on one artefact as it was shown (`contentHash`), or as that person changed it. */
export const decisionSchema = z.object({
	artefactId: z.string(),
	contentHash: z.string(),
	action: z.enum(['approve', 'reject', 'redirect', 'reopen']),
	note: z.string().optional(),
	scope: z.enum(['artefact', 'run']).optional(),
	reviewer: z.string(),
	reviewerVerified: z.enum(['none', 'passcode']),
	decidedAt: z.string(),
	round: z.int().nonnegative(),
	/** The review that asked. */
	review: z.string().optional(),
	/** What the reviewer changed, by field: then `contentHash` is that of the changed work. */
	edits: z.record(z.string(), jsonSchema).optional(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** What a Human Gate asks a person about: one round of it, as it stands in the record field `reviews`. */
export const reviewSchema = z.object({
	/** `workflowId/node name#number`. */
	id: z.string(),
	/** The gate, as `workflowId/node name`, and its id in the workflow. */
	node: z.string(),
	nodeId: z.string(),
	/** The execution that waits for it, and the n8n in which it does: others that use the same store have the same numbers. */
	executionId: z.string(),
	instance: z.string().optional(),
	/** Part of the link: a link of an earlier review opens no later one. */
	nonce: z.string(),
	title: z.string(),
	round: z.int().nonnegative(),
	openedAt: z.string(),
	/** When the run goes on without a decision; missing, or null when it was asked again, where it waits for as long as it takes. */
	deadline: z.string().nullable().optional(),
	pieces: z.array(z.object({ artefactId: z.string(), contentHash: z.string() })),
	/** For how many days a link to it is good; missing, or 0 when it was asked again, where it is for as long as the gate waits. */
	linkDays: z.number().nonnegative().optional(),
	/** Whether a passcode has to be typed. What it is compared with stands in a step record, which no step reads out. */
	asksPasscode: z.boolean().optional(),
	/** When the decisions were sent on to the run. */
	sentAt: z.string().optional(),
	/** When the execution was seen to have gone on from it; null when it was asked again since. */
	continuedAt: z.string().nullable().optional(),
});
export type Review = Omit<z.infer<typeof reviewSchema>, 'deadline'> & { deadline?: string };

/** A reviewer's note as a constraint that later generations must obey. */
export const directiveSchema = z.object({
	id: z.string(),
	text: z.string(),
	scope: z.enum(['artefact', 'run']),
	artefactId: z.string().optional(),
	reviewer: z.string(),
	round: z.int().nonnegative(),
});
export type Directive = z.infer<typeof directiveSchema>;

/** A file of a piece of work. Its bytes are kept in the store, by their hash. */
export const mediaSchema = z.object({
	/** SHA-256 of the bytes, in hex. */
	hash: z.string().regex(/^[0-9a-f]{64}$/),
	mimeType: z.string(),
	/** How many. */
	bytes: z.int().nonnegative(),
	fileName: z.string().optional(),
});
export type Media = z.infer<typeof mediaSchema>;

/** One piece of creative work in state. `content` and `media` are the work itself; `contentHash` covers both. */
export const artefactSchema = z.object({
	id: z.string().min(1),
	kind: z.string().min(1),
	title: z.string(),
	/** Place in the round, from 1. A replacement keeps the place of what it replaces. */
	slot: z.int().positive(),
	/** The round in which this content was made. */
	round: z.int().nonnegative(),
	status: z.enum(ARTEFACT_STATUSES),
	/** Why it has its status, one sentence; empty while new. */
	why: z.string(),
	locked: z.boolean(),
	stale: z.boolean(),
	contentHash: z.string(),
	content: z.record(z.string(), jsonSchema),
	/** Its files; missing where it has none. */
	media: z.array(mediaSchema).optional(),
	/** Names of what it was made from: `intent@<hash>`, `guide@<hash>`, other artefacts as `<id>@<hash>`. */
	madeFrom: z.array(z.string()),
	/** The artefact whose place it took. */
	replaces: z.string().optional(),
	/** The step that made it. */
	by: z.string(),
	/** What making it cost; null when the price is unknown. */
	costUsd: z.number().nullable().optional(),
});
export type Artefact = z.infer<typeof artefactSchema>;

/** One piece of work that a Retry Router sends back. */
export const retryOrderSchema = z.object({
	slot: z.int().positive(),
	/** What it concerns; missing when nothing came of the place yet. */
	artefactId: z.string().optional(),
	next: z.enum(NEXT_STEPS),
	/** What to do differently, for the model. */
	reasons: z.array(z.string()),
	why: z.string(),
	/** The work is good, and a step that failed on it does its part once more: unlike another check, this is an attempt. */
	repeats: z.boolean().optional(),
	/** The step that made what is to be made anew, where one did: it alone answers. */
	maker: z.string().optional(),
});
export type RetryOrder = z.infer<typeof retryOrderSchema>;

/** What a Retry Router asks for on an item that it sent back. */
export function retryOrderOf(json: Readonly<Record<string, unknown>>): RetryOrder | undefined {
	return json.next === undefined
		? undefined
		: retryOrderSchema.safeParse({ reasons: [], why: '', ...json }).data;
}

export const escalationSchema = z.object({
	slot: z.int().positive(),
	artefactId: z.string().optional(),
	status: z.enum(ARTEFACT_STATUSES),
	why: z.string(),
	failure: failureSchema.optional(),
});
export type Escalation = z.infer<typeof escalationSchema>;

/** What a Retry Router decided for a round, as it stands in the record field `rounds` and is given back when asked again. */
export const roundDecisionSchema = z.object({
	/** `workflowId/node name#round`, with `.2`, `.3`, … for further decisions of the same round. */
	id: z.string(),
	/** The router, as `workflowId/node name`. */
	node: z.string(),
	round: z.int().nonnegative(),
	/** What it is about: artefact ids, and names of arrivals that were no artefact. */
	covers: z.array(z.string()),
	/** ISO 8601; missing in runs of earlier versions. */
	decidedAt: z.string().optional(),
	/** It sends back what a person sent back. Such rounds have a limit of their own. */
	isHuman: z.boolean().optional(),
	kind: z.enum(['done', 'retry', 'escalate', 'partly']),
	why: z.string(),
	/** Ids of the accepted work that leaves by Done. */
	done: z.array(z.string()),
	retry: z.array(retryOrderSchema),
	escalate: z.array(escalationSchema),
	/** Accepted so far: later requests must not repeat them. */
	kept: z.array(z.object({ id: z.string(), title: z.string(), logline: z.string() })),
	/** Not accepted in this round, and why: later requests are told. */
	sentBack: z.array(z.object({ title: z.string(), why: z.string() })),
	/** Ids that were asked to be checked once more, in this round or before. */
	rechecked: z.array(z.string()),
	/** How long the next round should wait, in ms. */
	waitMs: z.number().nonnegative(),
});
export type RoundDecision = z.infer<typeof roundDecisionSchema>;

/** What a Greenlight node reads from and puts on an n8n item. Everything else on the item passes through untouched. */
export const itemSchema = z.looseObject({
	title: z.string().optional(),
	status: z.string().optional(),
	why: z.string().optional(),
	runId: z.string().optional(),
	round: z.int().nonnegative().optional(),
	slot: z.int().positive().optional(),
	artefactId: z.string().optional(),
	kind: z.string().optional(),
	contentHash: z.string().optional(),
	verdict: verdictSchema.optional(),
	decision: decisionSchema.optional(),
	failure: failureSchema.optional(),
	next: z.enum(NEXT_STEPS).optional(),
	/** Set when the item comes from the record and nothing was asked or paid for it this time. */
	replayed: z.boolean().optional(),
});
export type Item = z.infer<typeof itemSchema>;

/** The keys of an item that Greenlight owns; the rest is the artefact's own content or belongs to other nodes. */
export const ITEM_KEYS = [
	'title',
	'status',
	'why',
	'runId',
	'round',
	'slot',
	'artefactId',
	'kind',
	'contentHash',
	'verdict',
	'decision',
	'failure',
	'next',
	'replayed',
] as const;
