/** Concepts for any other brief: ways to tell it, filled with the brief's own words. */

/** @typedef {import('./noir.mjs').ScriptedConcept} ScriptedConcept */

/**
 * `subject` as it stands in a sentence, `Subject` as in a title, `detail` a few words of the brief, always quoted.
 * @type {ReadonlyArray<(words: { subject: string, Subject: string, detail: string }) => ScriptedConcept>}
 */
const TREATMENTS = [
	({ subject, Subject, detail }) => ({
		title: `The First Minute: ${Subject}`,
		logline: `One unbroken minute in which somebody meets ${subject} for the first time; what the brief calls “${detail}” shows on a face before anyone says it.`,
		visualApproach: 'A single take at eye level; natural light, real rooms, nobody looks at the camera.',
		keyFrames: [
			'A hand hesitates',
			'The first real reaction, unposed',
			`The word “${detail}”, never spoken, plainly visible`,
		],
		palette: ['#F4EDE1', '#B08A5B', '#22304A'],
		tone: ['honest', 'close', 'unhurried'],
		camera: 'One take, shoulder height',
		sound: 'Room tone and one line of speech',
	}),
	({ subject, Subject, detail }) => ({
		title: `Only Hands: ${Subject}`,
		// Too long for the usual guide: not every piece of work gets full marks.
		logline: `No faces: the whole story of ${subject} told by the hands that make it, pass it on and keep it, from the first pair in the morning that finds the switch in the dark to the last pair at night that wipes the table clean; each has its own way of holding “${detail}”, until we know every one of these people without ever having seen a single face.`,
		visualApproach: 'Macro lens, lived-in skin, tools with a history; each cut is a hand-over.',
		keyFrames: ['Hands that make', 'Hands that pass it on', 'Hands that finally rest'],
		palette: ['#B5714F', '#3B3D40', '#F3E9D2'],
		tone: ['tactile', 'calm'],
		camera: 'Macro, slow push-ins',
		sound: 'Cloth, wood, breath',
	}),
	({ subject, Subject, detail }) => ({
		title: `Two Mornings: ${Subject}`,
		logline: `A split frame shows the same day twice, once without and once with ${subject}; only “${detail}” tells the halves apart.`,
		visualApproach: 'Two halves with one horizon; they drift apart, then meet in the last frame.',
		keyFrames: [
			'Two identical mornings',
			'One half begins to change',
			'One frame again, and nobody notices the seam',
		],
		palette: ['#5B6770', '#EFB07F', '#FAF8F2'],
		tone: ['playful', 'precise'],
		camera: 'Locked, mirrored',
		sound: 'Two rhythms that find one beat',
	}),
	({ subject, Subject, detail }) => ({
		title: `A Letter: ${Subject}`,
		logline: `An older voice writes to a younger one about ${subject}, and crosses out every word that is not “${detail}”.`,
		visualApproach: 'Handwriting, archive textures and present-day places answer each other.',
		keyFrames: ['Pen on rough paper', 'The place where it began', 'The reader looks up'],
		palette: ['#8A6B4A', '#4F8A7C', '#2F3133'],
		tone: ['tender', 'direct'],
		camera: 'Still frames, slow dissolves',
		sound: 'One voice, one instrument',
	}),
	({ subject, Subject, detail }) => ({
		title: `After Hours: ${Subject}`,
		logline: `At night, when nobody watches, ${subject} shows what it is really for. One lamp, one idea: “${detail}”.`,
		visualApproach: 'Pools of light in empty spaces; the subject is the only thing that glows.',
		keyFrames: [
			'The last one out switches off the light',
			'Alone, in one beam',
			'Dawn finds everything in place',
		],
		palette: ['#151A2B', '#DDA044', '#8D98A1'],
		tone: ['quiet', 'a little magical'],
		camera: 'Slow lateral drift',
		sound: 'Distant city, one hum',
	}),
	({ subject, Subject, detail }) => ({
		title: `Ask Anyone: ${Subject}`,
		logline: `Eight strangers finish the same sentence about ${subject}; their answers add up to “${detail}”.`,
		visualApproach: 'Direct portraits on a plain street, cut on the pauses rather than on the words.',
		keyFrames: ['A question without an answer yet', 'The one who laughs', 'The one who means it'],
		palette: ['#9B4A36', '#8FBBD9', '#3F5C83'],
		tone: ['candid', 'warm'],
		camera: 'Medium portraits, same height',
		sound: 'Street, overlapping voices',
	}),
	({ subject, Subject, detail }) => ({
		title: `The Smallest Part: ${Subject}`,
		logline: `We follow the least noticed detail of ${subject} through a whole day, until “${detail}” depends on it.`,
		visualApproach:
			'A journey at the scale of a coin: huge surfaces, sudden hands, familiar things made strange.',
		keyFrames: ['It falls out of sight', 'It passes through six hands', 'Everything stops without it'],
		palette: ['#B5934A', '#2F5138', '#E6DFCF'],
		tone: ['curious', 'witty'],
		camera: 'Probe lens, low travel',
		sound: 'Clicks, rolls, one held note',
	}),
	({ subject, Subject, detail }) => ({
		title: `Four Weathers: ${Subject}`,
		logline: `Rain, wind, heat and frost test ${subject} in four chapters; “${detail}” is what is left standing.`,
		visualApproach:
			'One place, four seasons, each with its own grain; people come and go, the subject stays.',
		keyFrames: [
			'Rain on a first try',
			'Wind that nobody planned',
			'Heat shimmer',
			'Frost, and it still holds',
		],
		palette: ['#68727B', '#D9BE82', '#CFE3EA'],
		tone: ['steady', 'weathered'],
		camera: 'Same frame in every season',
		sound: 'The four weathers',
	}),
	({ subject, Subject, detail }) => ({
		title: `Told Backwards: ${Subject}`,
		logline: `It opens on the last, happiest moment and walks back to the doubt that ${subject} answered, a doubt about “${detail}”.`,
		visualApproach: 'Reverse order, forward motion: each scene ends where the one before began.',
		keyFrames: ['The celebration', 'The try before it', 'The doubt, in close-up'],
		palette: ['#CDA349', '#A8A6A3', '#1E2A4A'],
		tone: ['surprising', 'moving'],
		camera: 'Match cuts on movement',
		sound: 'A melody that loses one note in each scene',
	}),
];

const STOP_WORDS = new Set(
	(
		'a an and are as at be but by can do each for from give has have how in into is it its just like make more must need no not of on or our ' +
		'out over should so some than that the their them then there these they this to too up us very want we what when which will with would ' +
		'you your against all also about after any because before between both only other same such through under until while who write create ' +
		'generate produce develop design three two four five six concepts concept ideas idea storyboard storyboards validate please brief new ' +
		'one scene film video short ad'
	).split(' '),
);

/**
 * @typedef {object} About
 * @property {string} subject What the brief is about, in its own words.
 * @property {string} Subject The same for a title.
 * @property {string[]} details Other phrases of the brief; at least one.
 */

/** What a noun and the words before it are followed by. */
const AFTER_NOUN = new Set(
	(
		'that which who whose whom where when while with without in on at for to from by of into onto over under through about as is are was were ' +
		'has have had can could will would should must so because and or but how why what if than after before during between until we they it'
	).split(' '),
);
const ARTICLE = /^(?:an?|the|our|my|your|their|its|this|some)$/i;
/** What is made, not what it is about. */
const FORMAT =
	/(?:^|\s)(?:ads?|adverts?|campaign|clip|commercial|concepts?|film|movie|piece|scene|series|spot|story|storyboard|teaser|trailer|video)$/i;
/** Where a brief does not say in a few words what it is about. */
const NEUTRAL = { subject: 'the subject', Subject: 'Your Brief' };

/** @param {string} brief @returns {About} */
export function readBrief(brief) {
	const text = brief.replace(/\s+/g, ' ').trim();
	const subject = subjectOf(text);
	const about = subject === '' ? NEUTRAL : { subject, Subject: titleCase(subject) };
	const phrases = text
		.split(/[,.;:!?]/)
		.map((phrase) => wholeWords(phrase.trim().split(' ').slice(0, 6)))
		.filter(
			(phrase) =>
				phrase.length > 2 && (subject === '' || !phrase.includes(subject)) && !subject.includes(phrase),
		);
	const words = keywords(text).filter((word) => !subject.toLowerCase().includes(word));
	const details = phrases.length > 1 ? phrases : [...phrases, ...words];
	return { ...about, details: details.length > 0 ? details.slice(0, 12) : ['what matters'] };
}

/** A noun with the words before it, whole: "family bakery", never "family bakery that opens at". Empty where none is found. @param {string} text */
function subjectOf(text) {
	const [first = ''] = /^(?:an?|the|our)\s[^,.;:!?]+/i.exec(text) ?? [];
	const [, about = ''] = /\b(?:for|about|of)\s+([^,.;:!?]{3,})/i.exec(text) ?? [];
	const begun = nounIn(first);
	return begun === '' || FORMAT.test(begun) ? nounIn(about) : begun;
}

/** @param {string} phrase */
function nounIn(phrase) {
	const words = phrase
		.split(' ')
		.filter((word, index) => word !== '' && !(index === 0 && ARTICLE.test(word)));
	const end = words.findIndex((word) => AFTER_NOUN.has(word.toLowerCase()));
	// The noun stands at the end of its words.
	return (end < 0 ? words : words.slice(0, end)).slice(-4).join(' ');
}

/** Without what leads on to a next word. @param {string[]} words */
function wholeWords(words) {
	const last = words.findLastIndex((word) => !AFTER_NOUN.has(word.toLowerCase()) && !ARTICLE.test(word));
	return words.slice(0, last + 1).join(' ');
}

/** @param {string} text */
function keywords(text) {
	const words = text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu) ?? [];
	return [...new Set(words)].filter((word) => word.length > 2 && !STOP_WORDS.has(word));
}

/** @param {string} text */
function titleCase(text) {
	return text.replace(/(^|\s)(\p{L})/gu, (_, gap, letter) => gap + letter.toUpperCase());
}

/** Every way to tell the brief, in a fixed order. @param {About} about @returns {ScriptedConcept[]} */
export function treatmentsFor({ subject, Subject, details }) {
	return TREATMENTS.map((tell, index) => {
		const concept = tell({ subject, Subject, detail: details[index % details.length] ?? 'what matters' });
		return { ...concept, title: concept.title.replace(`: ${NEUTRAL.Subject}`, '') };
	});
}
