/** `npm start -- --demo`, as it is typed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until, world, type Json } from './support/world';

const KEYS = [
	'runId',
	'status',
	'intent',
	'concepts',
	'verdicts',
	'attempts',
	'decisions',
	'versions',
	'costUsd',
	'model',
];

interface Ended {
	code: number | null;
	stdout: string;
	stderr: string;
	pid: number;
}

describe('npm start -- --demo', () => {
	let ended: Ended;
	let temporary: string;

	beforeAll(async () => {
		temporary = mkdtempSync(join(world.folder, 'demo-'));
		ended = await demo(temporary);
	}, 180_000);

	it('ends well', () => {
		expect(`${ended.code} ${ended.code === 0 ? '' : ended.stderr.slice(-2000)}`.trim()).toBe('0');
	});

	it('prints the finished run as its last line, with nothing after it', () => {
		expect(ended.stdout.endsWith('}\n')).toBe(true);
		const result = JSON.parse(lastLine(ended.stdout));
		expect(Object.keys(result)).toEqual(KEYS);
		expect(result).toMatchObject({
			status: 'finished',
			attempts: 2,
			intent: { title: 'Rooftop Chase' },
			model: expect.stringMatching(/^stand-in-for-gemini/),
			decisions: Array.from({ length: 3 }, () => ({ action: 'approve', reviewer: 'Demo reviewer' })),
		});
		expect(result.costUsd).toBeGreaterThan(0);
		expect(result.versions).toBeGreaterThan(2);
		expect(result.concepts).toHaveLength(3);
		for (const concept of result.concepts) {
			expect(concept).toEqual({ id: expect.any(String), title: expect.any(String), status: 'approved' });
		}
		expect(result.verdicts.filter(({ pass }: Json) => !pass)).toMatchObject([
			{ note: 'too clean, not gritty' },
		]);
		for (const verdict of result.verdicts)
			expect(Object.keys(verdict)).toEqual(['artefactId', 'pass', 'note']);
	});

	it('tells each step in a line, says that the model is a stand-in, and uses no colours', () => {
		expect(ended.stdout).toContain('using the offline stand-in model');
		for (const step of [
			'Read the brief',
			'Captured the intent',
			'Wrote 3',
			'Checked 3',
			'Sent back 1',
			'Done: 3',
		]) {
			expect(ended.stdout).toContain(step);
		}
		expect(ended.stdout).not.toMatch(/\u001b/);
	});

	it('leaves no process and no folder behind', async () => {
		await until('all processes of the demo end', async () => processesOf(temporary, ended.pid).length === 0, {
			timeoutMs: 5_000,
		});
		expect(readdirSync(temporary).filter((entry) => entry.startsWith('greenlight-'))).toEqual([]);
	});
});

function demo(temporary: string): Promise<Ended> {
	// As in a person's terminal: nothing of Jest, of an npm around it, or of a real key.
	const foreign = /^(npm_|JEST_|NODE_ENV$|NODE_OPTIONS$|GEMINI_)/;
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
	const child = spawn('npm', ['start', '--', '--demo'], {
		cwd: world.repository,
		env: { ...env, TMPDIR: temporary },
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	world.cleanUps.push(async () => world.scripts.signalGroup(child.pid, 'SIGKILL'));
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (chunk) => (stdout += chunk));
	child.stderr.on('data', (chunk) => (stderr += chunk));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		// `close`, not `exit`: a process that was left behind would hold the pipes open.
		child.once('close', (code) => resolve({ code, stdout, stderr, pid: child.pid ?? 0 }));
	});
}

function lastLine(text: string): string {
	return text.trimEnd().split('\n').at(-1) ?? '';
}

/** Processes that carry the demo's own temporary folder in their environment: all that it started, whatever their group. */
function processesOf(temporary: string, pid: number): string[] {
	if (process.platform !== 'linux') return world.scripts.signalGroup(pid, 0) ? [String(pid)] : [];
	return readdirSync('/proc').filter((entry) => {
		if (!/^\d+$/.test(entry)) return false;
		if (entry === String(pid)) return true;
		try {
			return readFileSync(`/proc/${entry}/environ`, 'utf8').includes(`TMPDIR=${temporary}`);
		} catch {
			return false;
		}
	});
}
