/** Serves review pages on this machine with their real headers, and keeps what comes in. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { mediaHeaders, type RenderedPage } from '../../../nodes/HumanGate/page';
import { findBrowser } from './browser.cjs';

export interface ReviewServer {
	url: string;
	/** What is shown from now on. */
	page: RenderedPage;
	/** Bodies of the forms that came in, oldest first. */
	sent: string[];
	/** Paths of all requests. */
	asked: string[];
	close(): Promise<void>;
}

const FRAMES = ['#14213d', '#3a0d12', '#0b3c49'];

export async function startReviewServer(first: RenderedPage): Promise<ReviewServer> {
	const server = createServer((request, response) => {
		void answer(review, request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const review: ReviewServer = {
		url: `http://127.0.0.1:${port}/webhook-waiting/7/gate?round=1&signature=00`,
		page: first,
		sent: [],
		asked: [],
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return review;
}

async function answer(review: ReviewServer, request: IncomingMessage, response: ServerResponse) {
	review.asked.push(request.url ?? '');
	const media = new URL(request.url ?? '', review.url).searchParams.get('media');
	if (media !== null) return sendMedia(media, response);
	if (request.method === 'POST') review.sent.push(await textOf(request));
	response.writeHead(review.page.status, review.page.headers).end(review.page.html);
}

async function textOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString('utf8');
}

function sendMedia(name: string, response: ServerResponse): void {
	const { mimeType, body } = mediaOf(name);
	response.writeHead(200, mediaHeaders({ mimeType, fileName: `${name}.bin` })).end(body);
}

function mediaOf(name: string): { mimeType: string; body: Buffer } {
	if (name === 'film') return { mimeType: 'video/webm', body: film };
	if (name === 'sound') return { mimeType: 'audio/wav', body: silence() };
	if (name === 'file') return { mimeType: 'application/pdf', body: Buffer.from('%PDF-1.4') };
	const at = Number(name) || 0;
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"><rect width="1280" height="720" fill="${FRAMES[at % 3]}"/><path d="M0 520l200-60 120 40 260-120 180 90 200-70 320 140v180H0z"/><circle cx="${300 + 300 * at}" cy="180" r="60" fill="#e8e6e3"/></svg>`;
	return { mimeType: 'image/svg+xml', body: Buffer.from(svg) };
}

/** A tenth of a second of silence. */
function silence(): Buffer {
	const data = Buffer.alloc(800, 128);
	const head = Buffer.from('RIFF____WAVEfmt ________________________data____', 'latin1').subarray(0, 44);
	head.writeUInt32LE(36 + data.length, 4);
	head.writeUInt32LE(16, 16);
	head.writeUInt16LE(1, 20);
	head.writeUInt16LE(1, 22);
	head.writeUInt32LE(8000, 24);
	head.writeUInt32LE(8000, 28);
	head.writeUInt16LE(1, 32);
	head.writeUInt16LE(8, 34);
	head.write('data', 36, 'latin1');
	head.writeUInt32LE(data.length, 40);
	return Buffer.concat([head, data]);
}

let film: Buffer = Buffer.alloc(0);

/** Chromium, which also makes the short film that the pages show. */
export async function launchBrowser(): Promise<Browser> {
	const browser = await chromium.launch({
		executablePath: findBrowser(),
		args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
	});
	const page = await browser.newPage();
	film = Buffer.from(String(await page.evaluate(RECORD_FILM)), 'base64');
	await page.close();
	return browser;
}

const RECORD_FILM = `(async () => {
	const canvas = document.createElement('canvas');
	const pen = canvas.getContext('2d');
	const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' });
	const parts = [];
	recorder.ondataavailable = ({ data }) => parts.push(data);
	const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
	recorder.start();
	for (let step = 0; step < 10; step++) {
		pen.fillStyle = step % 2 ? '#3a0d12' : '#14213d';
		pen.fillRect(0, 0, 300, 150);
		await new Promise((resolve) => setTimeout(resolve, 40));
	}
	recorder.stop();
	await stopped;
	const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
	return btoa(String.fromCharCode(...bytes));
})()`;
