/** What can be said of deploy/ without a Docker engine. The same layout runs as processes in `npm run prove -- setup` and `-- gate`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const ROOT = join(__dirname, '..', '..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const { version } = JSON.parse(read('package.json'));
const text = read('deploy/compose.yml');
const { services, volumes } = parse(text, { merge: true });
const dockerfile = read('deploy/Dockerfile');
const OF_N8N = ['main', 'webhook', 'worker'];
/** A version of at least two numbers, and no word such as latest. */
const PINNED = /^[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?$/;

function settingsIn(name: string): Record<string, string> {
	return Object.fromEntries(
		read(name)
			.split('\n')
			.filter((line) => line !== '' && !line.startsWith('#'))
			.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
	);
}

describe('the compose file', () => {
	it('has what queue mode needs, each with a health check and started again when it ends', () => {
		expect(Object.keys(services)).toEqual([...OF_N8N, 'postgres', 'redis', 'proxy']);
		for (const service of Object.values<Record<string, unknown>>(services)) {
			expect(service).toMatchObject({ restart: 'unless-stopped', healthcheck: { test: expect.any(Array) } });
		}
	});

	it('gives all processes of n8n one image and the same settings', () => {
		const [main, ...others] = OF_N8N.map((name) => services[name]);
		for (const { image, build, environment } of others)
			expect({ image, build, environment }).toEqual({
				image: main.image,
				build: main.build,
				environment: main.environment,
			});
		expect(OF_N8N.map((name) => services[name].command.split(' ')[0])).toEqual([
			'start',
			'webhook',
			'worker',
		]);
	});

	it('sets what the check of the set-up asks for', () => {
		expect(services.main.environment).toMatchObject({
			EXECUTIONS_MODE: 'queue',
			DB_TYPE: 'postgresdb',
			GREENLIGHT_DATABASE_URL: expect.stringMatching(/^postgres:\/\//),
			N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
			WEBHOOK_URL: expect.stringMatching(/^https:/),
			N8N_ENCRYPTION_KEY: expect.any(String),
			QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		});
	});

	it('names only hosts that are there, and waits for them', () => {
		const { environment } = services.main;
		expect(Object.keys(services)).toEqual(
			expect.arrayContaining([environment.QUEUE_BULL_REDIS_HOST, environment.DB_POSTGRESDB_HOST]),
		);
		expect(new URL(environment.GREENLIGHT_DATABASE_URL.replace(/\$\{.*?\}/, 'x')).hostname).toBe('postgres');
		for (const { depends_on: needed } of Object.values<Record<string, object>>(services)) {
			for (const [name, { condition }] of Object.entries<Record<string, unknown>>({ ...needed })) {
				expect(services).toHaveProperty(name);
				expect(condition).toBe('service_healthy');
			}
		}
	});

	it('mounts nothing over the folder that the package is baked into, and keeps databases on volumes', () => {
		for (const name of OF_N8N) expect(services[name].volumes).toBeUndefined();
		const named = Object.values<{ volumes?: string[] }>(services)
			.flatMap(({ volumes: mounted = [] }) => mounted)
			.map((mounted) => mounted.split(':')[0] ?? '')
			.filter((source) => !source.startsWith('.'));
		expect(named.sort()).toEqual(Object.keys(volumes).sort());
	});

	it('opens ports at the proxy only', () => {
		expect(Object.keys(services).filter((name) => services[name].ports !== undefined)).toEqual(['proxy']);
	});

	it('pins every image, and asks for every secret', () => {
		const images = Object.entries<{ image: string }>(services).filter(([name]) => !OF_N8N.includes(name));
		for (const [, { image }] of images) expect(image).toMatch(PINNED);
		const used = [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name);
		const known = {
			...settingsIn('deploy/secrets.env.example'),
			...settingsIn('deploy/n8n-2.env'),
		};
		expect([...new Set(used)].sort()).toEqual(Object.keys(known).sort());
		for (const [name, value] of Object.entries(settingsIn('deploy/secrets.env.example')))
			if (/PASSWORD|KEY/.test(name)) expect(value).toBe('');
	});
});

it.each([
	['deploy/n8n-2.env', /^2\.41\.\d+$/],
	['deploy/n8n-3.env', /^3\.\d+\.\d+$/],
])('%s names a version of n8n, and this version of the package', (name, wanted) => {
	const { N8N_VERSION, GREENLIGHT_VERSION } = settingsIn(name);
	expect(N8N_VERSION).toMatch(wanted);
	expect(GREENLIGHT_VERSION).toBe(version);
});

it('tests the n8n that it deploys', () => {
	expect(read('scripts/n8nInstall.mjs')).toContain(`'${settingsIn('deploy/n8n-2.env').N8N_VERSION}'`);
});

describe('the Dockerfile', () => {
	const lines = dockerfile.replace(/\\\n/g, ' ').split('\n');
	const of = (instruction: string): string[] => lines.filter((line) => line.startsWith(`${instruction} `));

	it('begins from pinned images', () => {
		const [build = '', run = ''] = of('FROM');
		expect(build.split(' ')[1]).toMatch(PINNED);
		expect(build).toMatch(/^FROM node:24\./);
		expect(run).toBe('FROM ${N8N_IMAGE}');
		expect(of('ARG')[0]?.split('=')[1]).toMatch(PINNED);
	});

	it('installs the packed file as the README says, to where n8n looks', () => {
		const [install = ''] = of('RUN');
		expect(install).toContain('--omit=peer');
		expect(install).toContain('--ignore-scripts');
		expect(of('ARG')).toContain(`ARG GREENLIGHT_VERSION=${version}`);
		expect(of('COPY')).toEqual([
			'COPY n8n-nodes-greenlight-${GREENLIGHT_VERSION}.tgz ./',
			'COPY --from=package --chown=node:node /nodes /home/node/.n8n/nodes',
		]);
		expect(read('deploy/.dockerignore').split('\n')).toContain('!n8n-nodes-greenlight-*.tgz');
	});

	it('leaves user and start command to n8n, and holds no secret', () => {
		for (const instruction of ['USER', 'ENTRYPOINT', 'CMD']) expect(of(instruction)).toEqual([]);
		expect(dockerfile).not.toMatch(/password|secret|token|_KEY/i);
	});
});

it('leads what n8n serves without a login to the process for webhooks, and changes nothing on the way', () => {
	const caddyfile = read('deploy/Caddyfile');
	expect(caddyfile).toMatch(
		/@production path \/webhook\/\* \/webhook-waiting\/\* \/form\/\* \/form-waiting\/\*\n\s*reverse_proxy @production webhook:5678/,
	);
	expect(caddyfile).not.toMatch(/rewrite|uri |redir|handle_path/);
});
