/** What somebody writes who has no Greenlight: ask over HTTP, parse, keep a list in a file. The plain rungs and LangGraph share it. */
import { readFile, writeFile } from 'node:fs/promises';
import { faultOf } from './gapFaults.mjs';

/** @typedef {Record<string, any>} Json */
/** @typedef {{ url: string, run: number, listFile: string }} Job */

/** The task of a step, for every rung. @param {number} step */
export const taskOf = (step) => `Write part ${step} of the treatment of a rooftop chase.`;
export const STYLE_RULE = 'It is gritty';

/** One question over HTTP. @param {string} url @param {string} prompt @param {Json} properties Of the answer. */
export async function ask(url, prompt, properties) {
	const response = await fetch(`${url}/v1/models/gemini-3.8-flash:generateContent`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({
			contents: [{ role: 'user', parts: [{ text: prompt }] }],
			generationConfig: { responseJsonSchema: { type: 'object', properties } },
		}),
	});
	const body = /** @type {any} */ (await response.json());
	if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
	return JSON.parse(body.candidates[0].content.parts[0].text);
}

/** @param {Job} job @param {number} step @param {string | undefined} before The text of the step before. */
export function askPlainly({ url }, step, before) {
	return ask(url, `${taskOf(step)}\n${before ?? ''}`, { title: {}, text: {}, mark: {} });
}

/** The typed check and the style check that a careful author writes into a node; throws what RetryPolicy then tries again. @param {Job} job @param {Json} piece */
export async function checkPlainly({ url }, piece) {
	if (typeof piece.text !== 'string') throw new Error('The answer misses its text.');
	const { rulings } = await ask(url, `"ruleId":"1" ${STYLE_RULE}\n${JSON.stringify(piece)}`, { rulings: {} });
	if (!rulings.every((/** @type {Json} */ { holds }) => holds)) throw new Error('The style check failed.');
}

/** Whether somebody else writes to the list while this piece is being kept. @param {number} run @param {unknown} mark */
export function isContested(run, mark) {
	const [, step, tryNumber] = /^piece-(\d)-(\d+)$/.exec(String(mark)) ?? [];
	return faultOf(run, Number(step), Number(tryNumber)) === 'lostUpdate';
}

export const SOMEBODY_ELSES = { title: 'A note of somebody else' };

/** Reads, changes and writes back. Where it is contested, somebody else does the same around it. @param {Job} job @param {Json} piece */
export async function keepPlainly({ run, listFile }, piece) {
	const theirs = await readPlainly(listFile);
	await writeFile(listFile, JSON.stringify([...(await readPlainly(listFile)), piece]));
	if (isContested(run, piece.mark)) await writeFile(listFile, JSON.stringify([...theirs, SOMEBODY_ELSES]));
}

/** @param {string} listFile @returns {Promise<Json[]>} */
export async function readPlainly(listFile) {
	return JSON.parse(await readFile(listFile, 'utf8').catch(() => '[]'));
}
