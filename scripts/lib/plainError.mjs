/** An end that a person can understand. Everything else that is thrown is a fault in a script. */
export class PlainError extends Error {
	/** @param {string} sentence @param {{ details?: string }} [options] */
	constructor(sentence, options = {}) {
		super(sentence);
		this.name = 'PlainError';
		/** Raw output that helps whoever is asked for help; printed before the sentence. */
		this.details = options.details ?? '';
	}
}

const CAUSES = [
	{
		pattern: /\bENOSPC\b|no space left on device|\bEDQUOT\b/i,
		sentence: (/** @type {string} */ what) =>
			`${what} stopped because the disk is full: free some space, then start again.`,
	},
	{
		pattern:
			/\b(ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/,
		sentence: (/** @type {string} */ what) =>
			`${what} stopped because the npm registry could not be reached: check the internet connection and npm's proxy settings, then start again.`,
	},
	{
		pattern: /\b(EACCES|EPERM|EROFS)\b/,
		sentence: (/** @type {string} */ what) =>
			`${what} stopped because a folder may not be written to: see the lines above for its name.`,
	},
	{
		pattern: /\b(ETARGET|E404)\b/,
		sentence: (/** @type {string} */ what) =>
			`${what} stopped because the npm registry does not have a package that is needed: see the lines above for its name.`,
	},
];

/**
 * The sentence for a failed npm command, from what it printed.
 * @param {string} what What was being done, as the beginning of a sentence.
 * @param {string} output
 */
export function explainNpmFailure(what, output) {
	const cause = CAUSES.find(({ pattern }) => pattern.test(output));
	return cause ? cause.sentence(what) : `${what} failed: see the lines above for the reason.`;
}

/** Whether npm's output says that the registry is out of reach. @param {string} output */
export function isRegistryOutOfReach(output) {
	return /** @type {typeof CAUSES[number]} */ (CAUSES[1]).pattern.test(output);
}

/**
 * Prints the sentence to stderr and gives the exit code. A fault of the scripts is a sentence too; its stack is for developers.
 * @param {unknown} error
 */
export function reportError(error) {
	if (error instanceof PlainError) {
		if (error.details) process.stderr.write(`${error.details.trimEnd()}\n\n`);
		process.stderr.write(`${error.message}\n`);
		return 1;
	}
	const fault = error instanceof Error ? error : new Error(String(error));
	if (process.env.GREENLIGHT_DEBUG) process.stderr.write(`${fault.stack}\n`);
	process.stderr.write(`Stopped by an unexpected fault (GREENLIGHT_DEBUG=1 shows where): ${fault.message}\n`);
	return 1;
}

/** The last lines of a long output. @param {string} text */
export function lastLines(text, count = 15) {
	return text.trimEnd().split('\n').slice(-count).join('\n');
}
