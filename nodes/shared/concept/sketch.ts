/** The question that gets a still for a piece of work. */
import {
	ASPECT_RATIOS,
	keptPictureSchema,
	type AspectRatio,
	type Attachment,
	type KeptPicture,
	type PictureSize,
	type StructuredRequest,
} from '../model';
import type { Json, Media } from '../state';
import { block, jsonBlock, MATERIAL_RULE } from './material';
import { checkLength, directivesPart, isBlank, joinParts, type Asking } from './prompts';
import type { Intent } from './schemas';

/** As a person chooses it: `auto` follows the intent's format. */
export type SketchShape = AspectRatio | 'auto';

export interface SketchInput extends Asking {
	/** The work's own fields. */
	work: Readonly<Record<string, Json>>;
	intent?: Intent | undefined;
	directives?: readonly string[];
	/** What was wrong with an earlier still. */
	reasons?: readonly string[];
	/** The still of the work before it was revised. */
	before?: Attachment | undefined;
	/** How it should look, in the user's words; may be empty. */
	look?: string;
	shape: SketchShape;
	size: PictureSize;
}

const TASK = [
	'You are the storyboard artist of a creative studio. Draw one still for the piece of work in the block WORK: the one image that carries its idea.',
	"Keep to the work's own palette, light and tone, and to the intent's where the work is silent. Every point under must have holds, no point under must avoid appears.",
	'Directives are decisions of the reviewers: each one holds, and goes before everything else where they differ.',
	'It is a single full-frame picture: no panels, no border, no caption, no lettering, no logo.',
	MATERIAL_RULE,
].join('\n');

/**
 * A still for a piece of work. An image model takes no standing orders, so they stand in the prompt. Fails with `input_refused`
 * when the look is too long.
 */
export function sketchRequest(input: SketchInput): StructuredRequest<KeptPicture> {
	const {
		work,
		intent,
		directives = [],
		reasons = [],
		before,
		look = '',
		shape,
		size,
		model,
		options,
	} = input;
	checkLength('Look', look);
	const wrong = reasons.filter((reason) => !isBlank(reason));
	return {
		model,
		...(options ? { options } : {}),
		...(before ? { attachments: [before] } : {}),
		system: '',
		prompt: joinParts([
			TASK,
			intent && jsonBlock('INTENT', intent),
			jsonBlock('WORK', work),
			before !== undefined &&
				'The attached picture is the still of this work before it was changed. Keep everything in it that the change does not touch.',
			!isBlank(look) && `How the still should look.\n${block('LOOK', look)}`,
			directivesPart(directives),
			wrong.length > 0 &&
				`An earlier still was turned down for these reasons. Do better.\n${block('TURNED DOWN', wrong.join('\n'))}`,
			'Draw the still.',
		]),
		schema: keptPictureSchema,
		picture: { aspectRatio: shape === 'auto' ? shapeOf(intent?.format ?? '') : shape, size },
	};
}

/** What people call shapes, and the nearest one that an image model knows. */
const NAMED_SHAPES: ReadonlyArray<readonly [RegExp, AspectRatio]> = [
	[/\b2[.,](35|39|40?)\b|scope|anamorphic|ultra ?wide/i, '21:9'],
	[/\b1[.,]85\b/i, '16:9'],
	[/vertical|portrait format|upright|\breels?\b|\bshorts\b|tiktok/i, '9:16'],
	[/square/i, '1:1'],
];

/** The shape that the words of a format ask for, such as "30 second vertical video"; 16:9 where they say nothing. */
export function shapeOf(format: string): AspectRatio {
	const said = /\b(\d{1,2}):(\d{1,2})\b/.exec(format);
	const exact = ASPECT_RATIOS.find((ratio) => ratio === `${said?.[1]}:${said?.[2]}`);
	return exact ?? NAMED_SHAPES.find(([words]) => words.test(format))?.[1] ?? '16:9';
}

const EXTENSIONS: Readonly<Record<string, string>> = {
	'image/jpeg': 'jpg',
	'image/png': 'png',
	'image/webp': 'webp',
};

/** What the still of a place is called. By this name it is known again when another one takes its place. */
export function sketchFileName(slot: number, mimeType: string): string {
	return `sketch-${slot}.${EXTENSIONS[mimeType] ?? 'bin'}`;
}

/** Whether a file of a piece of work is a still that was drawn for it. */
export function isSketch({ fileName }: Pick<Media, 'fileName'>): boolean {
	return fileName !== undefined && /^sketch-\d+\.[a-z]+$/.test(fileName);
}
