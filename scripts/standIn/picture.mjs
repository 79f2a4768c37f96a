/**
 * A picture drawn by code, where a real model would draw one: flat shapes in the work's own colours, with words across it that
 * say what it is. The same request gets the same bytes.
 */
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { findSection } from './prompt.mjs';

/** @typedef {{ width: number, height: number, pixels: Buffer }} Canvas One byte for each pixel: a place in the list of colours. */

const LONGER_SIDE = /** @type {Record<string, number>} */ ({ '1K': 1024, '2K': 2048, '4K': 4096 });
/** As Gemini counts them. */
export const PICTURE_TOKENS = /** @type {Record<string, number>} */ ({ '1K': 1120, '2K': 1680, '4K': 2520 });
const LABEL = 'STAND-IN, NOT GEMINI';
const PALETTE = ['#22304A', '#B5714F', '#F4EDE1'];

/** Letters of three by five dots: a digit for each row, its bits from left to right. @type {Record<string, string>} */
const LETTERS = {
	...{
		A: '25755',
		B: '65656',
		C: '34443',
		D: '65556',
		E: '74647',
		F: '74644',
		G: '34553',
		H: '55755',
		I: '72227',
	},
	...{
		J: '11152',
		K: '55655',
		L: '44447',
		M: '57755',
		N: '65555',
		O: '25552',
		P: '65644',
		Q: '25563',
		R: '65655',
	},
	...{
		S: '34216',
		T: '72222',
		U: '55553',
		V: '55522',
		W: '55775',
		X: '55255',
		Y: '55222',
		Z: '71247',
		'-': '00700',
	},
	...{
		0: '75557',
		1: '26227',
		2: '61247',
		3: '61216',
		4: '55711',
		5: '74617',
		6: '34657',
		7: '71244',
		8: '75757',
	},
	...{ 9: '75716', ',': '00024', '.': '00002', ':': '02020', '?': '61202', '!': '22202', "'": '22000' },
};

/** Whether a request asks for a picture. @param {any} body */
export function asksForPicture(body) {
	const modalities = body?.generationConfig?.responseModalities;
	return Array.isArray(modalities) && modalities.includes('IMAGE');
}

/** The picture that answers a request, as PNG. @param {any} body A `generateContent` request. @returns {Buffer} */
export function pictureFor(body) {
	const { aspectRatio = '1:1', imageSize = '1K' } = body?.generationConfig?.imageConfig ?? {};
	const work = readWork(body);
	const seed = createHash('sha256')
		.update(JSON.stringify([work.title, work.note]))
		.digest();
	const canvas = blank(aspectRatio, imageSize);
	const colours = coloursOf(work.palette);
	drawScene(canvas, seed);
	const dot = Math.max(2, Math.round(canvas.width / 260));
	const { height } = canvas;
	write(canvas, work.title.slice(0, Math.floor(canvas.width / dot / 4) - 2), 4 * dot, height - 20 * dot, dot);
	write(canvas, LABEL, 4 * dot, height - 10 * dot, dot);
	return toPng(canvas, colours);
}

/** @param {any} body */
function readWork(body) {
	const parts = (body?.contents ?? []).flatMap((/** @type {any} */ content) => content?.parts ?? []);
	const text = parts.map((/** @type {any} */ part) => part?.text ?? '').join('\n');
	/** @type {any} */
	let work = {};
	try {
		work = JSON.parse(findSection(text, 'work', 'concept'));
	} catch {
		// A prompt of another kind: its own words have to do.
	}
	const palette = (Array.isArray(work.palette) ? work.palette : []).filter((/** @type {unknown} */ colour) =>
		/^#[0-9a-f]{6}$/i.test(String(colour)),
	);
	return {
		title: String(work.title ?? 'A picture'),
		note: findSection(text, 'directives?', 'turned down'),
		palette: palette.length > 0 ? palette : PALETTE,
	};
}

/** @param {string} aspectRatio @param {string} imageSize @returns {Canvas} */
function blank(aspectRatio, imageSize) {
	const [across = 1, down = 1] = String(aspectRatio).split(':').map(Number);
	const longer = LONGER_SIDE[imageSize] ?? 1024;
	const scale = longer / Math.max(across, down);
	const [width, height] = [Math.round(across * scale), Math.round(down * scale)];
	return { width, height, pixels: Buffer.alloc(width * height) };
}

const SKY_STEPS = 16;
const INK = SKY_STEPS;
const LIGHT = SKY_STEPS + 1;

/** From the first colour to the second in steps, then the darkest and the lightest. @param {string[]} palette */
function coloursOf(palette) {
	const colours = palette.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
	const byLight = [...colours].sort((a, b) => sum(a) - sum(b));
	const from = colours[0] ?? [0, 0, 0];
	const to = colours[1] ?? from;
	const sky = Array.from({ length: SKY_STEPS }, (_, step) =>
		from.map((value, at) => Math.round(value + (((to[at] ?? value) - value) * step) / (SKY_STEPS - 1))),
	);
	const ink = (byLight[0] ?? [0, 0, 0]).map((value) => Math.round(value / 3));
	const light = (byLight.at(-1) ?? [255, 255, 255]).map((value) => Math.round(255 - (255 - value) / 3));
	return [...sky, ink, light];
}

/** @param {number[]} values */
function sum(values) {
	return values.reduce((total, value) => total + value, 0);
}

/** A sky in bands, a lamp, roofs, and rain. @param {Canvas} canvas @param {Buffer} seed */
function drawScene(canvas, seed) {
	const { width, height } = canvas;
	const at = (/** @type {number} */ index) => (seed[index % seed.length] ?? 0) / 255;
	for (let step = 0; step < SKY_STEPS; step++) {
		fill(canvas, 0, (height * step) / SKY_STEPS, width, height / SKY_STEPS + 1, step);
	}
	const radius = Math.min(width, height) * (0.06 + 0.06 * at(0));
	disc(canvas, width * (0.2 + 0.6 * at(1)), height * (0.15 + 0.2 * at(2)), radius);
	const roofs = 5 + ((seed[3] ?? 0) % 5);
	for (let roof = 0; roof < roofs; roof++) {
		const top = height * (0.45 + 0.35 * at(roof + 4));
		fill(
			canvas,
			(width * roof) / roofs,
			top,
			(width / roofs) * (0.75 + 0.25 * at(roof + 14)),
			height - top,
			INK,
		);
	}
	const drops = 40 + ((seed[5] ?? 0) % 60);
	for (let drop = 0; drop < drops; drop++) {
		const x = width * at(drop * 3 + 1) + (drop * width) / drops;
		fill(canvas, x % width, height * 0.7 * at(drop * 7 + 2), Math.max(1, width / 700), height / 18, LIGHT);
	}
	fill(canvas, 0, height * 0.8, width, height * 0.2, INK);
}

/** @param {Canvas} canvas @param {number} x @param {number} y @param {number} w @param {number} h @param {number} colour */
function fill({ width, height, pixels }, x, y, w, h, colour) {
	const [left, right] = [Math.max(0, Math.round(x)), Math.min(width, Math.round(x + w))];
	const bottom = Math.min(height, Math.round(y + h));
	for (let row = Math.max(0, Math.round(y)); row < bottom; row++) {
		pixels.fill(colour, row * width + left, row * width + Math.max(left, right));
	}
}

/** @param {Canvas} canvas @param {number} x @param {number} y @param {number} radius */
function disc(canvas, x, y, radius) {
	for (let row = -radius; row <= radius; row++) {
		const half = Math.sqrt(radius * radius - row * row);
		fill(canvas, x - half, y + row, half * 2, 1, LIGHT);
	}
}

/** @param {Canvas} canvas @param {string} text @param {number} x @param {number} y @param {number} dot */
function write(canvas, text, x, y, dot) {
	[...text.toUpperCase()].forEach((letter, index) => {
		[...(LETTERS[letter] ?? '')].forEach((bits, row) => {
			for (let column = 0; column < 3; column++) {
				if ((Number(bits) >> (2 - column)) & 1) {
					fill(canvas, x + (index * 4 + column) * dot, y + row * dot, dot, dot, LIGHT);
				}
			}
		});
	});
}

/** @param {Canvas} canvas @param {number[][]} colours */
function toPng({ width, height, pixels }, colours) {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	// Eight bits for each pixel, by place in the list of colours.
	header.set([8, 3], 8);
	const rows = Buffer.alloc((width + 1) * height);
	for (let row = 0; row < height; row++) {
		pixels.copy(rows, row * (width + 1) + 1, row * width, (row + 1) * width);
	}
	return Buffer.concat([
		Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
		chunk('IHDR', header),
		chunk('PLTE', Buffer.from(colours.flat())),
		chunk('tEXt', Buffer.from('Comment\0Drawn by the offline stand-in, not by Gemini', 'latin1')),
		chunk('IDAT', deflateSync(rows)),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
	const length = Buffer.alloc(4);
	length.writeUInt32BE(data.length);
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const check = Buffer.alloc(4);
	check.writeUInt32BE(crc32(body) >>> 0);
	return Buffer.concat([length, body, check]);
}
