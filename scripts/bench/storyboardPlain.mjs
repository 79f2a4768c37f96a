/** The storyboard of template 01 as somebody writes it who has no Greenlight: three questions over HTTP, one after the other. */
import { ask } from './gapPlain.mjs';

/** @typedef {Record<string, any>} Json */

export const BRIEF = 'Three storyboard concepts for a tense rooftop chase, noir tone';
const RULES = ['It is gritty', 'The mood is noir'];

/** @param {string} url */
export const askIntent = (url) => ask(url, `Read this brief: ${BRIEF}`, { sceneGoals: {} });

/** @param {string} url @param {string} about @returns {Promise<Json[]>} */
export const askConcepts = async (url, about) =>
	(await ask(url, `Write three concepts: ${about}`, { concepts: { minItems: 3 } })).concepts;

/** Whether work keeps all rules, as the model judges it. @param {string} url @param {unknown} work */
export async function keepsRules(url, work) {
	const rules = RULES.map((rule, index) => `"ruleId":"${index}" ${rule}`).join('\n');
	const { rulings } = await ask(url, `${rules}\n${JSON.stringify(work)}`, { rulings: {} });
	return rulings.every((/** @type {Json} */ { holds }) => holds);
}
