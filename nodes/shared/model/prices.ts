/** What a call costs: a dated list of prices, so that a price that ends does not go on being used. */
import { z } from 'zod/v4';
import type { Usage } from '../state/fields';
import prices from './prices.json';
import { bareModelName, type ServiceTier } from './request';

const rateSchema = z.object({
	inputUsd: z.number().nonnegative(),
	cachedInputUsd: z.number().nonnegative(),
	outputUsd: z.number().nonnegative(),
	imageOutputUsd: z.number().nonnegative().optional(),
});

const priceTableSchema = z.object({
	date: z.iso.date(),
	note: z.string(),
	rows: z.array(
		rateSchema.extend({
			model: z.string(),
			validFrom: z.iso.date(),
			validTo: z.iso.date().nullable(),
			source: z.string(),
			longPrompt: rateSchema.extend({ aboveInputTokens: z.int().positive() }).optional(),
		}),
	),
});

/** Prices per million tokens, Standard tier. */
export interface PriceRate {
	inputUsd: number;
	/** For input that Gemini had in its cache. */
	cachedInputUsd: number;
	/** For text, also for thoughts. */
	outputUsd: number;
	/** For images; missing for a model that makes none. */
	imageOutputUsd?: number | undefined;
}

/** The user's own price for the model in use, per million tokens. Cached input costs as other input when not given. */
export interface PriceOverride {
	inputUsd: number;
	outputUsd: number;
	cachedInputUsd?: number | undefined;
	/** Images cost as other output when not given. */
	imageOutputUsd?: number | undefined;
}

export interface Pricing {
	/** When the call is made, ms since 1970. */
	at: number;
	/** Default `standard`. */
	tier?: ServiceTier | undefined;
	/** Goes before the list, for every model. */
	override?: PriceOverride | undefined;
}

/** The list that this package carries. Rows of one model do not overlap; days are UTC and inclusive. */
export const PRICE_TABLE = priceTableSchema.parse(prices);

const TOKENS_PER_PRICE = 1_000_000;
const FLEX_SHARE = 0.5;
const DAY_MS = 86_400_000;

/**
 * Price of `usage` in US dollars, estimated from list prices; null for a model or a day that the list does not know, and for
 * images of a model that it knows as one that makes none.
 */
export function costOf(model: string, usage: Usage, pricing: Pricing): number | null {
	const rate = rateOf(model, usage.inputTokens, pricing);
	if (rate === null) return null;
	const cached = Math.min(usage.cachedTokens, usage.inputTokens);
	const images = Math.min(usage.imageTokens ?? 0, usage.outputTokens);
	if (images > 0 && rate.imageOutputUsd === undefined) return null;
	const costUsd =
		((usage.inputTokens - cached) * rate.inputUsd +
			cached * rate.cachedInputUsd +
			images * (rate.imageOutputUsd ?? 0) +
			(usage.outputTokens - images + usage.thoughtTokens) * rate.outputUsd) /
		TOKENS_PER_PRICE;
	return pricing.tier === 'flex' ? costUsd * FLEX_SHARE : costUsd;
}

/** Work that is still to be paid. */
export interface PlannedWork {
	model: string;
	/** Tokens of one call's input, see `estimateTokens`. */
	inputTokens: number;
	/** Tokens that one answer will have, thoughts included. */
	outputTokens: number;
	/** Those of `outputTokens` that are a picture. Default 0. */
	imageTokens?: number;
	/** How many calls, if every answer is good. Default 1. */
	calls?: number;
	/** How many calls at most, with repairs and retries. Default twice `calls`. */
	maxCalls?: number;
}

/** "About $0.04, up to $0.12 with retries"; null for a model of unknown price. */
export function estimate(work: PlannedWork, pricing: Pricing): { likelyUsd: number; upToUsd: number } | null {
	const { model, inputTokens, outputTokens, imageTokens = 0, calls = 1 } = work;
	const maxCalls = Math.max(calls, work.maxCalls ?? calls * 2);
	const usage = { inputTokens, outputTokens, imageTokens, thoughtTokens: 0, cachedTokens: 0 };
	const oneUsd = costOf(model, usage, pricing);
	return oneUsd === null ? null : { likelyUsd: oneUsd * calls, upToUsd: oneUsd * maxCalls };
}

/** Rough number of tokens of a text: four plain characters, or one character of another script, make one. */
export function estimateTokens(text: string): number {
	const otherScripts = text.replace(/[\u0000-\u024f]+/g, '').length;
	return Math.ceil((text.length - otherScripts) / 4) + otherScripts;
}

function rateOf(model: string, inputTokens: number, { at, override }: Pricing): PriceRate | null {
	if (override) {
		const { cachedInputUsd = override.inputUsd, imageOutputUsd = override.outputUsd } = override;
		return { ...override, cachedInputUsd, imageOutputUsd };
	}
	const name = bareModelName(model);
	const row = findRow(name, at) ?? findRow(name.replace(/-\d{3}$/, ''), at);
	if (!row) return null;
	return row.longPrompt && inputTokens > row.longPrompt.aboveInputTokens ? row.longPrompt : row;
}

function findRow(model: string, at: number) {
	return PRICE_TABLE.rows.find(
		(row) =>
			row.model === model &&
			at >= Date.parse(row.validFrom) &&
			(row.validTo === null || at < Date.parse(row.validTo) + DAY_MS),
	);
}
