/** `npm run bench -- NAME`: figures beside peers, measured in one run. The last line is one line of JSON. */
import { PlainError, reportError } from './lib/plainError.mjs';

const BENCHES = ['state', 'gate', 'model', 'gap', 'pass8', 'article', 'nodes'];

try {
	const [name = '', ...args] = process.argv.slice(2);
	if (!BENCHES.includes(name))
		throw new PlainError(`Say which bench: npm run bench -- ${BENCHES.join(' | ')}`);
	const { bench } = await import(`./bench/${name}.mjs`);
	const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
	const measured = await bench({ say, args });
	const rounded = Object.entries(measured).map(([key, value]) => [
		key,
		typeof value === 'number' ? Number(value.toPrecision(3)) : value,
	]);
	say(JSON.stringify(Object.fromEntries(rounded)));
} catch (error) {
	process.exitCode = reportError(error);
}
